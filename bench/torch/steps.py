"""Steps of training in PyTorch: images channels last, Adam in one fused operation."""

import os

import torch
from torch.nn import functional as F

from network import CLASSES, ResNet50V2
from task import Task

VERSIONS = {"PyTorch": torch.__version__.split("+")[0]}
SIZE, SIDE = int(os.environ.get("BENCH_BATCH", "32")), 72
DEVICE = "cuda" if os.environ.get("CUDA_VISIBLE_DEVICES") != "-1" and torch.cuda.is_available() else "cpu"

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
if DEVICE == "cuda":
    # TF32 in products as in convolutions, as TensorFlow and JAX compute float32.
    torch.set_float32_matmul_precision("high")


def teacher_step():
    return training(compiled=False, narrow=False)


def teacher_step_compiled():
    return training(compiled=True, narrow=False)


def teacher_step_bfloat16():
    return training(compiled=False, narrow=True)


def teacher_step_bfloat16_compiled():
    return training(compiled=True, narrow=True)


def teacher_step_bfloat16_graphs():
    """Compiled, and launched by CUDA graphs."""
    return training(compiled=True, narrow=True, mode="reduce-overhead")


def inference_compiled():
    model = ResNet50V2().eval().to(DEVICE, memory_format=torch.channels_last)
    forward = torch.compile(model)
    pixels, _ = batch()

    @torch.no_grad()
    def step():
        return forward(pixels.to(DEVICE)).cpu()

    return Task(SIZE, VERSIONS, step)


def batch():
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (SIZE, 3, SIDE, SIDE), generator=generator).float()
    return pixels.to(memory_format=torch.channels_last), torch.randint(0, CLASSES, (SIZE,), generator=generator)


def training(compiled, narrow, mode=None):
    model = ResNet50V2().to(DEVICE, memory_format=torch.channels_last)
    forward = torch.compile(model, mode=mode) if compiled else model
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, fused=True)
    pixels, labels = batch()

    def step():
        optimizer.zero_grad(set_to_none=True)
        images, wanted = pixels.to(DEVICE), labels.to(DEVICE)
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=narrow):
            logits = forward(images).float()
            loss = F.cross_entropy(logits, wanted)
        loss.backward()
        optimizer.step()
        accuracy = (logits.argmax(1) == wanted).float().mean()
        return loss.item(), accuracy.item()

    return Task(SIZE, VERSIONS, step)
