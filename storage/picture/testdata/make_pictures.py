"""Writes a small picture in the forms that people's files have, and beside each what Keras's load_img makes of it (NAME.want.png).

    python make_pictures.py ../../../testdata/resize/coffee.png     (packages: numpy pillow==11.3.0)
"""
import os, sys
import numpy as np
from PIL import Image

source = Image.open(sys.argv[1]).convert("RGB")
here = os.path.dirname(os.path.abspath(__file__))
picture = source.resize((90, 60), Image.BILINEAR).crop((20, 10, 63, 43))  # 43x33: both sides odd
small = picture.crop((0, 0, 3, 3))
gray = picture.convert("L")
alpha = Image.fromarray((np.arange(43 * 33).reshape(33, 43) % 256).astype("u1"))
palette = picture.quantize(17)

def save(name, image, **options):
    path = os.path.join(here, name)
    image.save(path, **options)
    with Image.open(path) as read:
        read.convert("RGB").save(path + ".want.png", optimize=True)

for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
    save(f"{name}.jpg", picture, quality=85, subsampling=sampling)
save("440.jpg", picture.transpose(Image.ROTATE_90), quality=85, subsampling=1)
save("progressive.jpg", picture, quality=70, progressive=True)
save("small.jpg", small, quality=90, subsampling=2)
save("gray.jpg", gray, quality=85)
save("cmyk.jpg", picture.convert("CMYK"), quality=95)
exif = Image.Exif()
exif[0x0112] = 6
save("rotated.jpg", picture, quality=85, exif=exif)
save("rgb.png", picture)
save("gray.png", gray)
save("alpha.png", Image.merge("RGBA", (*picture.split(), alpha)))
save("grayalpha.png", Image.merge("LA", (gray, alpha)))
save("palette.png", palette)
save("transparent.png", palette, transparency=bytes(range(0, 170, 10)))
save("bilevel.png", gray.convert("1"))
save("interlaced.gif", palette, interlace=1)
animation = [palette, palette.transpose(Image.FLIP_LEFT_RIGHT)]
save("animation.gif", animation[0], save_all=True, append_images=animation[1:])
save("rgb.bmp", picture)
save("palette.bmp", palette)
save("lossy.webp", picture, quality=85)
save("lossless.webp", picture, lossless=True)
save("alpha.webp", Image.merge("RGBA", (*picture.split(), alpha)), quality=85)
movie = [picture, picture.transpose(Image.FLIP_LEFT_RIGHT)]
save("animation.webp", movie[0], save_all=True, append_images=movie[1:], quality=85)
cut = [Image.merge("RGBA", (*p.split(), Image.new("L", p.size, 0))) for p in movie]
for p in cut:
    p.paste(picture.crop((9, 7, 30, 20)).convert("RGBA"), (9, 7))
save("movement.webp", cut[0], save_all=True, append_images=[cut[1].transpose(Image.FLIP_TOP_BOTTOM)], lossless=True)
