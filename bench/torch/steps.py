"""Steps of training in PyTorch: images channels last, Adam in one fused operation."""

import os

import torch
from torch.nn import functional as F

from network import CLASSES, ResNet50V2
from task import Task

VERSIONS = {"PyTorch": torch.__version__.split("+")[0]}
SIZE, SIDE = 32, 72
DEVICE = "cuda" if os.environ.get("CUDA_VISIBLE_DEVICES") != "-1" and torch.cuda.is_available() else "cpu"

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def teacher_step():
    return training(compiled=False, narrow=False)


def teacher_step_compiled():
    return training(compiled=True, narrow=False)


def teacher_step_bfloat16():
    return training(compiled=False, narrow=True)


def teacher_step_bfloat16_compiled():
    return training(compiled=True, narrow=True)


def training(compiled, narrow):
    generator = torch.Generator().manual_seed(0)
    model = ResNet50V2().to(DEVICE, memory_format=torch.channels_last)
    forward = torch.compile(model) if compiled else model
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, fused=True)
    pixels = torch.randint(0, 256, (SIZE, 3, SIDE, SIDE), generator=generator).float()
    pixels = pixels.to(memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (SIZE,), generator=generator)

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
