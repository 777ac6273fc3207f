#!/usr/bin/env python3
"""Makes the pictures of this folder and expected.json, which says what Pillow makes of them. Needs python3-pil and imagemagick of Debian 12.

All of them show one picture that is computed here: gradients, edges, a disc and some noise, 131 x 87. What Pillow cannot write (PNG of every depth, Adam7,
tRNS, BMP of 4 and 16 bits) is written byte by byte below. What Pillow does not read as we do is expected by definition and says so ("by").
"""
import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib

from PIL import Image, ImageOps, __version__

os.chdir(os.path.dirname(os.path.abspath(__file__)))
W, H = 131, 87
WHITE = (255, 255, 255, 255)


def picture(width=W, height=H):
    """Rows of (red, green, blue); the noise is a small linear congruential generator."""
    seed, rows = 12345, []
    for y in range(height):
        row = []
        for x in range(width):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            noise = (seed >> 16) % 13 - 6 if x > width // 2 else 0
            red, green, blue = 255 * x // width, 255 * y // height, 255 - 128 * (x + y) // (width + height)
            if (x // 9 + y // 7) % 5 == 0:
                red, blue = blue, red
            if (x - 40) ** 2 + (y - 45) ** 2 < 400:
                red, green, blue = 250, 240, 20
            row.append(tuple(max(0, min(255, v + noise)) for v in (red, green, blue)))
        rows.append(row)
    return rows


ROWS = picture()
RGB = Image.new("RGB", (W, H))
RGB.putdata([p for row in ROWS for p in row])
GREY = RGB.convert("L")
G = [list(GREY.crop((0, y, W, y + 1)).getdata()) for y in range(H)]
ALPHA = [[255 if x < W // 4 else 0 if x > 3 * W // 4 else (7 * x + 11 * y) % 256 for x in range(W)] for y in range(H)]
RGBA = RGB.copy()
RGBA.putalpha(Image.frombytes("L", (W, H), bytes(a for row in ALPHA for a in row)))
EXPECTED = {}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def on_white(image):
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, WHITE)
        pasted = Image.new("RGB", image.size, WHITE[:3])
        ground.alpha_composite(image)
        pasted.paste(image, mask=image)
        image = ground.convert("RGB")
        assert image.tobytes() == pasted.tobytes(), "the two ways of Pillow to lay over a background differ"
    return image.convert("RGB")


def expect(name, rgb=None):
    """What Pillow reads, or the pixels that are expected by definition."""
    by = "Pillow" if rgb is None else "definition"
    if rgb is None:
        with Image.open(name) as image:
            rgb = on_white(ImageOps.exif_transpose(image))
    EXPECTED[name] = {"by": by, "width": rgb.width, "height": rgb.height, "rgb": sha(rgb.tobytes()), "grey": sha(rgb.convert("L").tobytes())}


def save(name, image, rgb=None, **how):
    image.save(name, **how)
    expect(name, rgb)


# ---- PNG of any depth, written here

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(rows, depth, channels):
    """Each row with its filter's number, None."""
    data = b""
    for row in rows:
        values = [v for p in row for v in (p if channels > 1 else (p,))]
        if depth == 16:
            data += b"\0" + struct.pack(">%dH" % len(values), *values)
        elif depth == 8:
            data += b"\0" + bytes(values)
        else:
            per = 8 // depth
            values += [0] * (-len(values) % per)
            line = (sum(v << (8 - depth * (k + 1)) for k, v in enumerate(values[i:i + per])) for i in range(0, len(values), per))
            data += b"\0" + bytes(line)
    return data


def png(name, rows, depth, kind, extra=b"", adam7=False, last=b""):
    channels = {0: 1, 3: 1, 4: 2, 2: 3, 6: 4}[kind]
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), depth, kind, 0, 0, int(adam7))
    if adam7:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        data = b"".join(packed([row[x::dx] for row in rows[y::dy]], depth, channels) for x, y, dx, dy in passes if len(rows[0]) > x)
    else:
        data = packed(rows, depth, channels)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) + last + chunk(b"IEND", b""))


def from_rows(rows):
    image = Image.new("RGB", (len(rows[0]), len(rows)))
    image.putdata([p for row in rows for p in row])
    return image


def over_white(color, alpha):
    def value(v):
        u = v * alpha + 255 * (255 - alpha) + 128
        return (u + (u >> 8)) >> 8
    return tuple(value(v) for v in color)


def make_png():
    for depth in (1, 2, 4, 8):
        name = f"png-grey-{depth}.png"
        png(name, [[v >> (8 - depth) for v in row] for row in G], depth, 0)
        expect(name)
        palette = b"".join(bytes(((37 * i) % 256, (91 * i) % 256, (255 - 13 * i) % 256)) for i in range(1 << depth))
        name = f"png-palette-{depth}.png"
        alpha = bytes((73 * i + 20) % 256 for i in range(1 << depth))
        png(name, [[v >> (8 - depth) for v in row] for row in G], depth, 3, chunk(b"PLTE", palette) + chunk(b"tRNS", alpha))
        expect(name)
    greys = chunk(b"PLTE", bytes((9, 9, 9, 80, 80, 80, 160, 160, 160, 240, 240, 240)))
    png("png-palette-opaque.png", [[v >> 6 for v in row] for row in G], 2, 3, greys)
    expect("png-palette-opaque.png")
    png("png-rgb-8.png", ROWS, 8, 2)
    expect("png-rgb-8.png")
    png("png-rgba-8.png", [[c + (a,) for c, a in zip(*rows)] for rows in zip(ROWS, ALPHA)], 8, 6)
    expect("png-rgba-8.png")
    png("png-grey-alpha-8.png", [list(zip(*rows)) for rows in zip(G, ALPHA)], 8, 4)
    expect("png-grey-alpha-8.png")
    png("png-rgb-trns.png", ROWS, 8, 2, chunk(b"tRNS", struct.pack(">HHH", 250, 240, 20)))
    expect("png-rgb-trns.png")
    png("png-grey-trns.png", G, 8, 0, chunk(b"tRNS", struct.pack(">H", G[45][40])))
    expect("png-grey-trns.png")
    png("png-gamma.png", ROWS, 8, 2, chunk(b"gAMA", struct.pack(">I", 100000)))
    expect("png-gamma.png")
    png("png-adam7-rgb.png", ROWS, 8, 2, adam7=True)
    expect("png-adam7-rgb.png")
    png("png-adam7-grey-1.png", [[v >> 7 for v in row] for row in G], 1, 0, adam7=True)
    expect("png-adam7-grey-1.png")
    png("png-adam7-tiny.png", [row[:3] for row in ROWS[:2]], 8, 2, adam7=True)
    expect("png-adam7-tiny.png")
    # Sixteen bits: a small part, for low bytes do not compress. Pillow clips grey and compares tRNS wrongly, so the high byte is expected by definition.
    small, grey, alpha = [row[30:97] for row in ROWS[20:63]], [row[30:97] for row in G[20:63]], [row[30:97] for row in ALPHA[20:63]]
    deep = [[tuple(v * 256 + (v * 7 + x) % 256 for v in p) for x, p in enumerate(row)] for row in small]
    high, high_grey = from_rows(small), from_rows([[(v,) * 3 for v in row] for row in grey])
    png("png-rgb-16.png", deep, 16, 2)
    expect("png-rgb-16.png")
    assert EXPECTED["png-rgb-16.png"]["rgb"] == sha(high.tobytes())
    png("png-grey-16.png", [[v * 256 + (v * 7) % 256 for v in row] for row in grey], 16, 0)
    expect("png-grey-16.png", high_grey)
    png("png-grey-12-in-16.png", [[v * 16 for v in row] for row in grey], 16, 0)
    expect("png-grey-12-in-16.png", from_rows([[(v * 16 >> 8,) * 3 for v in row] for row in grey]))
    png("png-rgba-16.png", [[p + (a * 257,) for p, a in zip(*rows)] for rows in zip(deep, alpha)], 16, 6)
    expect("png-rgba-16.png", from_rows([[over_white(p, a) for p, a in zip(*rows)] for rows in zip(small, alpha)]))
    png("png-grey-alpha-16.png", [[(v * 257, a * 257) for v, a in zip(*rows)] for rows in zip(grey, alpha)], 16, 4)
    expect("png-grey-alpha-16.png", from_rows([[over_white((v,) * 3, a) for v, a in zip(*rows)] for rows in zip(grey, alpha)]))


# ---- EXIF and ICC

def exif(orientation):
    return b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">H", orientation) + b"\0\0\0\0\0\0"


# What has to be done to the upright picture so that the orientation turns it upright again.
STORED = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM,
          5: Image.TRANSPOSE, 6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270}


def profile(colorants, gamma):
    """A display's profile with three colorants and one gamma, as small as the format allows."""
    def fixed(*values):
        return struct.pack(">%di" % len(values), *(round(v * 65536) for v in values))
    text = b"desc\0\0\0\0\0\0\0\x05wide\0" + b"\0" * 78
    tags = [(b"desc", text), (b"cprt", b"text\0\0\0\0none\0\0\0\0"), (b"wtpt", b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249))]
    tags += [(name, b"XYZ \0\0\0\0" + fixed(*xyz)) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants)]
    tags += [(name, b"curv\0\0\0\0\0\0\0\x01" + struct.pack(">H", round(gamma * 256)) + b"\0\0") for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ") + b"\0" * 12 + b"acsp" + b"\0" * 28
    return (head + fixed(0.9642, 1, 0.8249)).ljust(128, b"\0") + table + body


DISPLAY_P3 = profile([(0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)], 2.2)
WIDE = profile([(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)], 2.19921875)


def make_jpeg():
    for name, subsampling in (("420", 2), ("422", 1), ("444", 0)):
        save(f"jpeg-{name}.jpg", RGB, quality=88, subsampling=subsampling)
    save("jpeg-progressive.jpg", RGB, quality=85, progressive=True)
    save("jpeg-optimized.jpg", RGB, quality=30, optimize=True)
    save("jpeg-grey.jpg", GREY, quality=88)
    save("jpeg-cmyk.jpg", RGB.convert("CMYK"), quality=88)
    subprocess.run(["/usr/bin/convert", "png-rgb-8.png", "-colorspace", "CMYK", "-strip", "-quality", "88", "jpeg-cmyk-adobe.jpg"], check=True)
    expect("jpeg-cmyk-adobe.jpg")
    save("jpeg-display-p3.jpg", RGB, quality=88, icc_profile=DISPLAY_P3)
    save("jpeg-wide.jpg", RGB, quality=88, icc_profile=WIDE)
    save("png-display-p3.png", RGB, icc_profile=DISPLAY_P3)
    part = RGB.crop((0, 0, 61, 40))
    for orientation, turn in STORED.items():
        stored = part if turn is None else part.transpose(turn)
        save(f"exif-{orientation}.jpg", stored, quality=88, exif=exif(orientation))
        save(f"exif-{orientation}.png", stored, exif=exif(orientation))
        assert EXPECTED[f"exif-{orientation}.png"]["rgb"] == sha(part.tobytes())
    save("exif-6.webp", part.transpose(STORED[6]), lossless=True, exif=exif(6))


def make_others():
    save("webp-lossy.webp", RGB, quality=80)
    save("webp-lossless.webp", RGB, lossless=True)
    save("webp-lossy-alpha.webp", RGBA, quality=80)
    save("webp-lossless-alpha.webp", RGBA, lossless=True, exact=True)
    save("webp-animated.webp", RGB.crop((0, 0, 40, 30)), save_all=True, append_images=[RGB.crop((50, 0, 90, 30))], lossless=True)
    few = RGB.quantize(100)
    few.save("gif-plain.gif")
    expect("gif-plain.gif")
    few.save("gif-transparent.gif", transparency=few.getpixel((40, 45)), optimize=False)
    expect("gif-transparent.gif")
    # A canvas that is larger than its picture, and one that is smaller. What is not covered Pillow paints with the first colour; it is transparent.
    for name, width, height in (("gif-large-canvas.gif", 150, 100), ("gif-small-canvas.gif", 100, 60)):
        data = open("gif-plain.gif", "rb").read()
        with open(name, "wb") as file:
            file.write(data[:6] + struct.pack("<HH", width, height) + data[10:])
    large = Image.new("RGB", (150, 100), WHITE[:3])
    large.paste(few.convert("RGB"))
    expect("gif-large-canvas.gif", large)
    expect("gif-small-canvas.gif")
    frames = [RGB.crop((x, 0, x + 40, 30)).quantize(32) for x in (0, 20, 60)]
    frames[0].save("gif-animated.gif", save_all=True, append_images=frames[1:], duration=50)
    expect("gif-animated.gif")
    GREY.save("gif-grey.gif")
    expect("gif-grey.gif")
    save("bmp-1.bmp", RGB.convert("1"))
    save("bmp-8.bmp", RGB.quantize(200))
    save("bmp-grey.bmp", GREY)
    save("bmp-24.bmp", RGB)
    save("bmp-32.bmp", RGB.convert("RGBA"))
    subprocess.run(["/usr/bin/convert", "bmp-8.bmp", "-compress", "RLE", "bmp3:bmp-8-rle.bmp"], check=True)
    expect("bmp-8-rle.bmp")
    make_bmp_by_hand()
    icons = RGBA.crop((0, 0, 64, 64))
    save("ico-png.ico", icons, sizes=[(16, 16), (48, 48)])
    save("ico-bmp.ico", icons, sizes=[(16, 16), (32, 32)], bitmap_format="bmp")
    save("netpbm-8.ppm", RGB)
    save("netpbm-8.pgm", GREY)
    part = [row[30:60] for row in ROWS[20:45]]
    with open("netpbm-16.ppm", "wb") as file:
        file.write(b"P6\n# sixteen bits\n30 25\n65535\n" + b"".join(struct.pack(">3H", *(v * 251 + 17 for v in p)) for row in part for p in row))
    expect("netpbm-16.ppm")
    with open("netpbm-15.pgm", "wb") as file:
        file.write(b"P5 30 25 15\n" + bytes(p[0] >> 4 for row in part for p in row))
    expect("netpbm-15.pgm")
    with open("netpbm-16.pgm", "wb") as file:
        file.write(b"P5 30 25 65535\n" + b"".join(struct.pack(">H", p[0] * 257) for row in part for p in row))
    expect("netpbm-16.pgm", from_rows([[(p[0],) * 3 for p in row] for row in part]))


def make_bmp_by_hand():
    palette = [((40 * i) % 256, (255 - 16 * i), (90 * i) % 256) for i in range(16)]
    rows = [bytes(((row[x] >> 4) << 4) | ((row[x + 1] >> 4) if x + 1 < W else 0) for x in range(0, W, 2)) for row in G]
    rows = b"".join(row + b"\0" * (-len(row) % 4) for row in reversed(rows))
    start = 14 + 40 + 64
    with open("bmp-4.bmp", "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + struct.pack("<IiiHHIIiiII", 40, W, H, 1, 4, 0, len(rows), 2835, 2835, 16, 16))
        file.write(b"".join(bytes((b, g, r, 0)) for r, g, b in palette) + rows)
    expect("bmp-4.bmp")
    # Five, six and five bits by masks, the first row on top.
    rows = [struct.pack("<%dH" % W, *((r >> 3) << 11 | (g >> 2) << 5 | b >> 3 for r, g, b in row)) for row in ROWS]
    rows = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    start = 14 + 40 + 12
    with open("bmp-16-565.bmp", "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + struct.pack("<IiiHHIIiiII", 40, W, -H, 1, 16, 3, len(rows), 2835, 2835, 0, 0))
        file.write(struct.pack("<III", 0xF800, 0x07E0, 0x001F) + rows)
    # Pillow rounds five bits down to eight, Skia to the nearest.
    def wide(v, bits):
        top = (1 << bits) - 1
        return ((v >> (8 - bits)) * 255 * 2 + top) // (2 * top)
    expect("bmp-16-565.bmp", from_rows([[(wide(r, 5), wide(g, 6), wide(b, 5)) for r, g, b in row] for row in ROWS]))


    # With transparency by a mask, which needs the fourth header; with the oldest header; and five bits without masks.
    rows = b"".join(bytes(v for (r, g, b), a in zip(row, alpha) for v in (b, g, r, a)) for row, alpha in zip(reversed(ROWS), reversed(ALPHA)))
    with open("bmp-32-alpha.bmp", "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", 122 + len(rows), 0, 0, 122) + struct.pack("<IiiHHIIiiII", 108, W, H, 1, 32, 3, len(rows), 2835, 2835, 0, 0))
        file.write(struct.pack("<IIII4s", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs") + b"\0" * 48 + rows)
    expect("bmp-32-alpha.bmp")
    part = [row[:30] for row in ROWS[:20]]
    rows = b"".join(bytes(v for r, g, b in row for v in (b, g, r)) + b"\0\0" for row in reversed(part))
    with open("bmp-core.bmp", "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", 26 + len(rows), 0, 0, 26) + struct.pack("<IHHHH", 12, 30, 20, 1, 24) + rows)
    expect("bmp-core.bmp")
    rows = b"".join(struct.pack("<30H", *((r >> 3) << 10 | (g >> 3) << 5 | b >> 3 for r, g, b in row)) for row in reversed(part))
    with open("bmp-16-555.bmp", "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 30, 20, 1, 16, 0, len(rows), 2835, 2835, 0, 0))
        file.write(rows)
    expect("bmp-16-555.bmp", from_rows([[tuple(wide(v, 5) for v in p) for p in row] for row in part]))


# ---- resizes and fittings of png-rgb-8.png

FILTERS = {"Bilinear": Image.BILINEAR, "Bicubic": Image.BICUBIC, "Lanczos": Image.LANCZOS}
SIZES = [(64, 64), (28, 28), (100, 87), (131, 40), (50, 33), (13, 200), (200, 13), (300, 200), (262, 174), (1, 1), (7, 1), (1, 9), (131, 87), (33, 21)]


def resizes():
    return [{"channels": channels, "filter": name, "width": w, "height": h, "sha256": sha(image.resize((w, h), number).tobytes())}
            for channels, image in ((3, RGB), (1, GREY)) for name, number in FILTERS.items() for w, h in SIZES]


def fittings():
    made = []
    for w, h in ((64, 64), (224, 224), (40, 90), (90, 40)):
        for channels, image in ((3, RGB), (1, GREY)):
            for name, number in FILTERS.items():
                def add(fitting, fitted):
                    made.append({"fitting": fitting, "channels": channels, "filter": name, "width": w, "height": h, "sha256": sha(fitted.tobytes())})
                add("Squash", image.resize((w, h), number))
                add("Pad", ImageOps.pad(image, (w, h), number, color=(255, 255, 255) if channels == 3 else 255))
                # torchvision's Resize of the short side, as timm calls it, then CenterCrop.
                cover_w, cover_h = int(w / 0.875), int(h / 0.875)
                if cover_w / W >= cover_h / H:
                    cover_h = int(cover_w * H / W)
                else:
                    cover_w = int(cover_h * W / H)
                left, top = int(round((cover_w - w) / 2.0)), int(round((cover_h - h) / 2.0))
                add("Crop", image.resize((cover_w, cover_h), number).crop((left, top, left + w, top + h)))
    return made


def scaled():
    """A JPEG that the decoder delivers at a half, a quarter or an eighth, and then resized as if it were whole."""
    made = []
    for side, divisor in ((16, 2), (8, 4), (4, 8)):
        with Image.open("jpeg-420.jpg") as image:
            image.draft("RGB", (W // divisor, H // divisor))
            assert image.size == (-(-W // divisor), -(-H // divisor)), image.size
            made.append({"side": side, "sha256": sha(image.convert("RGB").resize((side, side), Image.BILINEAR).tobytes())})
    return made


def shortest(name):
    """The fewest bytes of a file from which Pillow makes a picture."""
    import io
    data = open(name, "rb").read()
    fewest = len(data)
    for length in range(len(data) - 1, len(data) - 200, -1):
        try:
            with Image.open(io.BytesIO(data[:length])) as image:
                image.convert("RGB")
            fewest = length
        except Exception:
            break
    return fewest


def main():
    for name in os.listdir("."):
        if name not in (os.path.basename(__file__), "__pycache__"):
            os.remove(name)
    make_png()
    make_jpeg()
    make_others()
    cut = {name: shortest(name) for name in sorted(EXPECTED)}
    for name in EXPECTED:
        EXPECTED[name]["shortest"] = cut[name]
    with open("expected.json", "w", encoding="utf-8") as file:
        head = {"pillow": __version__, "python": sys.version.split()[0]}
        lines = [f'  "{key}": {json.dumps(value)}' for key, value in head.items()]
        lines.append('  "files": {\n' + ",\n".join(f'    "{name}": {json.dumps(EXPECTED[name])}' for name in sorted(EXPECTED)) + "\n  }")
        for key, values in (("resizes", resizes()), ("fittings", fittings()), ("scaled", scaled())):
            lines.append(f'  "{key}": [\n' + ",\n".join("    " + json.dumps(value) for value in values) + "\n  ]")
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
