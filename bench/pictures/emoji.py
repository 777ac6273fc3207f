"""Makes folders of pictures, one for each category, out of the npm packages emoji-datasource-twitter, -google and -apple:

  npm pack emoji-datasource-twitter@16.0.0 && tar xf emoji-datasource-twitter-16.0.0.tgz && mv package twitter
  python3 emoji.py --out DIR twitter                                       category/picture.png
  python3 emoji.py --out DIR --mixed twitter                               also JPEGs: turned by EXIF, grey, CMYK, progressive
  python3 emoji.py --out DIR twitter google apple                          category/vendor/picture.png
  python3 emoji.py --out DIR --leave-out twitter twitter google apple      train/category/vendor/…, val/category/twitter/…

The pictures have licences of their own, so none of them is in this repository. Needs Pillow for --mixed.
"""
import argparse
import json
import shutil
from pathlib import Path

# What becomes of a picture of --mixed, by its number in the list: 0 to 3 stay PNG files.
KINDS = ["png", "png", "png", "png", "jpeg", "turned", "progressive", "cmyk", "turned", "grey"]
ORIENTATIONS = {3: "ROTATE_180", 6: "ROTATE_90", 8: "ROTATE_270", 2: "FLIP_LEFT_RIGHT", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 7: "TRANSVERSE"}


def pictures(package):
    """Path and category of each picture but skin tones themselves."""
    vendor = package.name
    folder = package / "img" / vendor / "64"
    for entry in json.loads((package / "emoji.json").read_text(encoding="utf-8")):
        file = folder / entry["image"]
        if entry["category"] != "Component" and file.exists():
            yield file, entry["category"].replace(" & ", "-").replace(" ", "-")


def write_mixed(source, target, number):
    """As a camera, an old editor or a printer's program would have saved it."""
    kind = KINDS[number % len(KINDS)]
    if kind == "png":
        shutil.copyfile(source, target)
        return
    from PIL import Image
    picture = Image.open(source).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    picture, more = ground.convert("RGB"), {}
    if kind == "turned":
        orientation = sorted(ORIENTATIONS)[number // len(KINDS) % len(ORIENTATIONS)]
        picture = picture.transpose(getattr(Image.Transpose, ORIENTATIONS[orientation]))
        exif = Image.Exif()
        exif[0x0112] = orientation
        more["exif"] = exif
    elif kind == "cmyk":
        picture = picture.convert("CMYK")
    elif kind == "grey":
        picture = picture.convert("L")
    elif kind == "progressive":
        more["progressive"] = True
    picture.save(target.with_suffix(".jpg"), quality=90, **more)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", type=Path, help="unpacked packages; the folder's name is the vendor's")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--leave-out", help="the vendor whose pictures are the validation part")
    options = parser.parse_args()
    count = 0
    for package in options.packages:
        vendor = package.name
        for source, category in pictures(package):
            folder = options.out / category
            if options.leave_out:
                folder = options.out / ("val" if vendor == options.leave_out else "train") / category
            if len(options.packages) > 1:
                folder /= vendor
            folder.mkdir(parents=True, exist_ok=True)
            if options.mixed:
                write_mixed(source, folder / source.name, count)
            else:
                shutil.copyfile(source, folder / source.name)
            count += 1
    print(f"{count} pictures in {options.out}")


if __name__ == "__main__":
    main()
