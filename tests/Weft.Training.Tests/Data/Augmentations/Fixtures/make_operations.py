#!/usr/bin/python3
"""Makes operations.png and operations-grey.png: what Pillow makes of one small picture. Needs python3-pil of Debian 12.

A row for each operation, a column for each of its five strengths, in the order of PictureOperationsTests.cs; the first row is the picture itself. The
geometric operations are affine maps as torchvision writes them for Pillow.
"""
import math
import os

from PIL import Image, ImageEnhance, ImageOps, __version__

os.chdir(os.path.dirname(os.path.abspath(__file__)))
W, H = 19, 14
FILL = (124, 116, 104)


def picture():
    """Every pixel its own colour, in two halves: noise, and a gradient with an edge."""
    seed, pixels = 20261128, []
    for y in range(H):
        for x in range(W):
            row = []
            for c in range(3):
                seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
                row.append((seed >> 16) % 256 if x < W // 2 else (30 + 9 * x + (5 - 4 * c) * y + (60 if y > H // 2 else 0)) % 256)
            pixels.append(tuple(row))
    image = Image.new("RGB", (W, H))
    image.putdata(pixels)
    return image


def hue(image, turn):
    if image.mode == "L":
        return image
    h, s, v = image.convert("HSV").split()
    steps = int(turn * 255) % 256
    return Image.merge("HSV", (h.point([(i + steps) % 256 for i in range(256)]), s, v)).convert("RGB")


def affine(image, matrix):
    fill = FILL if image.mode == "RGB" else FILL[0]
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill)


def rotate(image, degrees):
    fill = FILL if image.mode == "RGB" else FILL[0]
    return image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=fill)


OPERATIONS = {
    "picture": (lambda i, x: i, [0] * 5),
    "brightness": (lambda i, x: ImageEnhance.Brightness(i).enhance(x), [0.01, 0.6, 1, 1.37, 1.99]),
    "contrast": (lambda i, x: ImageEnhance.Contrast(i).enhance(x), [0.01, 0.6, 1, 1.37, 1.99]),
    "saturation": (lambda i, x: ImageEnhance.Color(i).enhance(x), [0.01, 0.6, 1, 1.37, 1.99]),
    "sharpness": (lambda i, x: ImageEnhance.Sharpness(i).enhance(x), [0.01, 0.6, 1, 1.37, 1.99]),
    "hue": (hue, [-0.5, -0.13, 0, 0.02, 0.41]),
    "posterize": (lambda i, x: ImageOps.posterize(i, x), [8, 7, 5, 3, 2]),
    "solarize": (lambda i, x: ImageOps.solarize(i, x), [0, 50.5, 128, 200, 255]),
    "autocontrast": (lambda i, x: ImageOps.autocontrast(i.point(lambda v: x + v // 2)), [0, 20, 60, 90, 127]),
    "equalize": (lambda i, x: ImageOps.equalize(i.point(lambda v: min(v, x))), [255, 200, 120, 60, 5]),
    "shear_x": (lambda i, x: affine(i, (1, x, 0, 0, 1, 0)), [-0.99, -0.3, 0, 0.21, 0.7]),
    "shear_y": (lambda i, x: affine(i, (1, 0, 0, x, 1, 0)), [-0.99, -0.3, 0, 0.21, 0.7]),
    "translate": (lambda i, x: affine(i, (1, 0, -x, 0, 1, x)), [-11, -3, 0, 2, 30]),
    "rotate": (rotate, [-135, -30, 0, 9, 77.5]),
}


def main():
    print("Pillow", __version__)
    for mode, name in (("RGB", "operations.png"), ("L", "operations-grey.png")):
        sheet = Image.new(mode, (5 * W, len(OPERATIONS) * H))
        for row, (apply, strengths) in enumerate(OPERATIONS.values()):
            for column, strength in enumerate(strengths):
                sheet.paste(apply(picture().convert(mode), strength), (column * W, row * H))
        sheet.save(name, optimize=True)
        print(name, sheet.size, os.path.getsize(name), "bytes")


main()
