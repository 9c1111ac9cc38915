"""ResNet50V2 as keras.applications has it, in PyTorch: pixels 0..255 in, logits out; 23,585,290 parameters with the moving statistics."""

from torch import nn
from torch.nn import functional as F

CLASSES = 10
EPSILON = 1.001e-5
# Blocks, bottleneck width and last stride of each stack.
STACKS = ((3, 64, 2), (4, 128, 2), (6, 256, 2), (3, 512, 1))
EXPANSION = 4


class Bottleneck(nn.Module):
    """A pre-activation bottleneck whose last block of a stack has the stride."""

    def __init__(self, channels, width, stride, widen):
        super().__init__()
        self.stride = stride
        self.before = normalisation(channels)
        self.reduce = nn.Conv2d(channels, width, 1, bias=False)
        self.reduced = normalisation(width)
        self.middle = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.filtered = normalisation(width)
        self.expand = nn.Conv2d(width, EXPANSION * width, 1)
        self.project = nn.Conv2d(channels, EXPANSION * width, 1) if widen else None

    def forward(self, x):
        activated = F.relu(self.before(x))
        shortcut = x
        if self.project is not None:
            shortcut = self.project(activated)
        elif self.stride > 1:
            shortcut = F.max_pool2d(x, 1, self.stride)
        branch = F.relu(self.reduced(self.reduce(activated)))
        branch = F.relu(self.filtered(self.middle(branch)))
        return shortcut + self.expand(branch)


class ResNet50V2(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 7, 2, padding=3)
        blocks, channels = [], 64
        for count, width, stride in STACKS:
            for block in range(count):
                last = block == count - 1
                blocks.append(Bottleneck(channels, width, stride if last else 1, widen=block == 0))
                channels = EXPANSION * width
        self.blocks = nn.Sequential(*blocks)
        self.after = normalisation(channels)
        self.dense = nn.Linear(channels, CLASSES)

    def forward(self, pixels):
        # Zeros are padded in front of the pooling, as in Keras; PyTorch's own padding would be minus infinity.
        x = F.max_pool2d(F.pad(self.stem(pixels / 127.5 - 1), (1, 1, 1, 1)), 3, 2)
        x = F.relu(self.after(self.blocks(x)))
        return self.dense(x.mean((2, 3)))


def normalisation(channels):
    return nn.BatchNorm2d(channels, eps=EPSILON, momentum=0.01)
