"""The corruptions of CIFAR-10-C by the libraries that made them, with recorded random numbers.

What each corruption asks of NumPy, SciPy, scikit-image, Pillow, OpenCV and ImageMagick is what make_cifar_c.py of hendrycks/robustness asks of
them (its draws excepted, which come from the generator of the reference numbers), so that our arithmetic is held to theirs, byte for byte.

    corruptions.py IMAGES RESULTS FROST_WHEEL

IMAGES holds bytes [n, 32, 32, 3]. RESULTS gets, for each corruption of the list that is printed, bytes [5, n, 32, 32, 3]. Frost needs the wheel
of imagecorruptions 1.1.2, motion blur and snow ImageMagick; without them they are left out, and the printed JSON says why.
"""

import ctypes
import io
import json
import sys
import zipfile

import cv2
import numpy as np
import PIL
import scipy
import skimage
from PIL import Image
from scipy.ndimage import map_coordinates, zoom
from skimage.color import hsv2rgb, rgb2hsv
from skimage.filters import gaussian

SIDE = 32


class Draws:
    """Numerical Recipes' generator; sums of twelve uniforms stand for normal numbers, rounded ones for counts."""

    def __init__(self, seed):
        self.state = seed

    def _next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32

    def uniform(self, low, high, shape=()):
        numbers = [low + (high - low) * self._next() for _ in range(int(np.prod(shape)))]
        return np.array(numbers).reshape(shape) if shape else numbers[0]

    def integer(self, low, high):
        return low + int(np.floor((high - low) * self._next()))

    def normal(self, mean, deviation, shape):
        sums = [sum(self._next() for _ in range(12)) - 6 for _ in range(int(np.prod(shape)))]
        return mean + deviation * np.array(sums).reshape(shape)

    def poisson(self, means):
        noise = self.normal(0, 1, means.shape)
        return np.maximum(0, np.floor(means + np.sqrt(means) * noise + 0.5))


def unit(image):
    return image / 255.0


def single(image):
    return np.array(image, dtype=np.float32) / 255.0


def to_bytes(values):
    """Values 0..1 to bytes, as the original's arrays become them: truncated."""
    return np.uint8(np.clip(values, 0, 1) * 255)


def smooth(values, deviation):
    return gaussian(values, sigma=deviation, channel_axis=-1)


def gaussian_noise(image, level, draws):
    return to_bytes(unit(image) + draws.normal(0, [0.04, 0.06, 0.08, 0.09, 0.10][level], image.shape))


def shot_noise(image, level, draws):
    photons = [500, 250, 100, 75, 50][level]
    return to_bytes(draws.poisson(unit(image) * photons) / photons)


def impulse_noise(image, level, draws):
    values = unit(image)
    is_replaced = draws.uniform(0, 1, image.shape) <= [0.01, 0.02, 0.03, 0.05, 0.07][level]
    is_salt = draws.uniform(0, 1, image.shape) <= 0.5
    values[is_replaced & is_salt] = 1
    values[is_replaced & ~is_salt] = 0
    return to_bytes(values)


def speckle_noise(image, level, draws):
    values = unit(image)
    return to_bytes(values + values * draws.normal(0, [0.06, 0.1, 0.12, 0.16, 0.2][level], image.shape))


def gaussian_blur(image, level, _):
    return to_bytes(smooth(unit(image), [0.4, 0.6, 0.7, 0.8, 1][level]))


def glass_blur(image, level, draws):
    deviation, reach, rounds = [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)][level]
    moved = np.uint8(smooth(unit(image), deviation) * 255)
    for _ in range(rounds):
        for row in range(SIDE - reach, reach, -1):
            for column in range(SIDE - reach, reach, -1):
                across, down = draws.integer(-reach, reach), draws.integer(-reach, reach)
                # The original means to swap two pixels; as both are views of one array, one is copied.
                moved[row, column] = moved[row + down, column + across]
    return to_bytes(smooth(moved / 255.0, deviation))


def defocus_blur(image, level, _):
    radius, alias = [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)][level]
    places = np.arange(-8, 9)
    disk = np.float32(places[:, None] ** 2 + places[None, :] ** 2 <= radius**2)
    disk = cv2.GaussianBlur(disk / disk.sum(), ksize=(3, 3), sigmaX=alias)
    return to_bytes(np.stack([cv2.filter2D(unit(image)[..., c], -1, disk) for c in range(3)], axis=-1))


def clipped_zoom(values, factor):
    size = int(np.ceil(SIDE / factor))
    first = (SIDE - size) // 2
    large = zoom(values[first : first + size, first : first + size], (factor, factor, 1), order=1)
    first = (large.shape[0] - SIDE) // 2
    return large[first : first + SIDE, first : first + SIDE]


def zoom_blur(image, level, _):
    values = np.float32(unit(image))
    factors = np.arange(1, [1.06, 1.11, 1.16, 1.21, 1.26][level], 0.01)
    total = np.zeros_like(values)
    for factor in factors:
        total += clipped_zoom(values, factor)
    return to_bytes((values + total) / (len(factors) + 1))


def motion_blurred(image, radius, deviation, angle):
    """A PNG through ImageMagick, and back."""
    from wand.api import library
    from wand.image import Image as WandImage

    library.MagickMotionBlurImage.argtypes = (ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_double)
    png = io.BytesIO()
    Image.fromarray(image).save(png, format="PNG")
    moved = WandImage(blob=png.getvalue())
    library.MagickMotionBlurImage(moved.wand, radius, deviation, angle)
    return cv2.imdecode(np.frombuffer(moved.make_blob(), np.uint8), cv2.IMREAD_UNCHANGED)


def motion_blur(image, level, draws):
    radius, deviation = [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)][level]
    moved = motion_blurred(image, radius, deviation, draws.uniform(-45, 45))
    return np.stack([moved] * 3, axis=-1) if moved.ndim == 2 else moved[..., 2::-1]


def snow(image, level, draws):
    mean, deviation, factor, threshold, radius, sigma, share = [
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ][level]
    values = single(image)
    flakes = clipped_zoom(draws.normal(mean, deviation, (SIDE, SIDE))[..., None], factor)
    flakes[flakes < threshold] = 0
    layer = motion_blurred(to_bytes(flakes[..., 0]), radius, sigma, draws.uniform(-135, -45))[..., None] / 255.0
    grey = cv2.cvtColor(values, cv2.COLOR_RGB2GRAY)[..., None] * 1.5 + 0.5
    values = share * values + (1 - share) * np.maximum(values, grey)
    return to_bytes(values + layer + np.rot90(layer, k=2))


def frost(image, level, draws):
    weight, frost_weight = [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)][level]
    name = ["frost1.png", "frost2.png", "frost3.png", "frost4.jpg", "frost5.jpg"][draws.integer(0, 5)]
    with zipfile.ZipFile(sys.argv[3]) as wheel:
        photograph = np.frombuffer(wheel.read(f"imagecorruptions/frost/{name}"), np.uint8)
    ice = cv2.resize(cv2.imdecode(photograph, cv2.IMREAD_COLOR), (0, 0), fx=0.2, fy=0.2)
    top, left = draws.integer(0, ice.shape[0] - SIDE), draws.integer(0, ice.shape[1] - SIDE)
    ice = ice[top : top + SIDE, left : left + SIDE, ::-1]
    return np.uint8(np.clip(weight * image + frost_weight * ice, 0, 255))


def plasma(draws, decay):
    """The diamond-square algorithm, on a map whose edges meet."""
    heights = np.zeros((SIDE, SIDE))
    step, wibble = SIDE, 100.0

    def wibbled(sums):
        return sums / 4 + wibble * draws.uniform(-wibble, wibble, sums.shape)

    while step >= 2:
        half = step // 2
        corners = heights[::step, ::step]
        sums = corners + np.roll(corners, -1, axis=0)
        heights[half::step, half::step] = wibbled(sums + np.roll(sums, -1, axis=1))
        middles, corners = heights[half::step, half::step], heights[::step, ::step]
        heights[::step, half::step] = wibbled(
            (middles + np.roll(middles, 1, axis=0)) + (corners + np.roll(corners, -1, axis=1))
        )
        heights[half::step, ::step] = wibbled(
            (middles + np.roll(middles, 1, axis=1)) + (corners + np.roll(corners, -1, axis=0))
        )
        step, wibble = half, wibble / decay
    heights -= heights.min()
    return heights / heights.max()


def fog(image, level, draws):
    strength, decay = [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)][level]
    values = unit(image)
    most = values.max()
    values += strength * plasma(draws, decay)[..., None]
    return to_bytes(values * most / (most + strength))


def brightness(image, level, _):
    hsv = rgb2hsv(unit(image))
    hsv[..., 2] = np.clip(hsv[..., 2] + [0.05, 0.1, 0.15, 0.2, 0.3][level], 0, 1)
    return to_bytes(hsv2rgb(hsv))


def saturate(image, level, _):
    factor, addition = [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)][level]
    hsv = rgb2hsv(unit(image))
    hsv[..., 1] = np.clip(hsv[..., 1] * factor + addition, 0, 1)
    return to_bytes(hsv2rgb(hsv))


def contrast(image, level, _):
    values = unit(image)
    means = values.mean(axis=(0, 1), keepdims=True)
    return to_bytes((values - means) * [0.75, 0.5, 0.4, 0.3, 0.15][level] + means)


def elastic_transform(image, level, draws):
    strength, deviation, jitter = SIDE * np.array(
        [(0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)][level]
    )
    points = np.float32([(26, 26), (26, 6), (6, 6)])
    moved = points + draws.uniform(-jitter, jitter, (3, 2)).astype(np.float32)
    warped = cv2.warpAffine(
        single(image), cv2.getAffineTransform(points, moved), (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101
    )

    def field():
        noise = gaussian(draws.uniform(-1, 1, (SIDE, SIDE)), deviation, mode="reflect", truncate=3)
        return np.float32(noise * strength)[..., None]

    across, down = field(), field()
    x, y, c = np.meshgrid(np.arange(SIDE), np.arange(SIDE), np.arange(3))
    return to_bytes(map_coordinates(warped, [y + down, x + across, c], order=1, mode="reflect"))


def pixelate(image, level, _):
    side = int(SIDE * [0.95, 0.9, 0.85, 0.75, 0.65][level])
    small = Image.fromarray(image).resize((side, side), Image.BOX)
    return np.array(small.resize((SIDE, SIDE), Image.BOX))


def jpeg_compression(image, level, _):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=[80, 65, 58, 50, 40][level])
    return np.array(Image.open(file))


def spatter(image, level, draws):
    mean, deviation, sigma, threshold, strength, is_mud = [
        (0.62, 0.1, 0.7, 0.7, 0.5, False),
        (0.65, 0.1, 0.8, 0.7, 0.5, False),
        (0.65, 0.3, 1, 0.69, 0.5, False),
        (0.65, 0.1, 0.7, 0.69, 0.6, True),
        (0.65, 0.1, 0.5, 0.68, 0.6, True),
    ][level]
    values = single(image)
    liquid = gaussian(draws.normal(mean, deviation, (SIDE, SIDE)), sigma=sigma)
    liquid[liquid < threshold] = 0
    if is_mud:
        shares = gaussian(np.float32(liquid > threshold), sigma=strength)
        shares[shares < 0.8] = 0
        brown = np.float32([63, 42, 20]) / 255.0 * np.ones_like(values)
        return to_bytes(values * (1 - shares[..., None]) + brown * shares[..., None])
    liquid = np.uint8(liquid * 255)
    distance = cv2.distanceTransform(255 - cv2.Canny(liquid, 50, 150), cv2.DIST_L2, 5)
    distance = np.uint8(cv2.blur(cv2.threshold(distance, 20, 20, cv2.THRESH_TRUNC)[1], (3, 3)))
    kernel = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
    distance = cv2.filter2D(cv2.equalizeHist(distance), cv2.CV_8U, kernel)
    shares = liquid * np.float32(cv2.blur(distance, (3, 3)))
    shares = (shares / shares.max() * np.float32(strength))[..., None]
    turquoise = np.float32([175 / 255.0, 238 / 255.0, 238 / 255.0])
    return to_bytes(values + shares * turquoise)


def magick():
    """The version of ImageMagick, or why there is none."""
    try:
        from wand.version import MAGICK_VERSION

        return MAGICK_VERSION, None
    except ImportError as error:
        return None, f"ImageMagick's library is not there: {str(error).splitlines()[0]}"


def main():
    images = np.fromfile(sys.argv[1], np.uint8).reshape(-1, SIDE, SIDE, 3)
    magick_version, no_magick = magick()
    reasons = {} if magick_version else {"motion_blur": no_magick, "snow": no_magick}
    if len(sys.argv) < 4:
        reasons["frost"] = "its photographs are not there"
    corruptions = [
        gaussian_noise, shot_noise, impulse_noise, defocus_blur, glass_blur, motion_blur, zoom_blur, snow, frost, fog, brightness,
        contrast, elastic_transform, pixelate, jpeg_compression, speckle_noise, gaussian_blur, spatter, saturate,
    ]  # fmt: skip
    done = [corruption for corruption in corruptions if corruption.__name__ not in reasons]
    with open(sys.argv[2], "wb") as results:
        for corruption in done:
            for level in range(5):
                for seed, image in enumerate(images, start=1):
                    results.write(np.ascontiguousarray(corruption(image, level, Draws(seed))).tobytes())
    versions = {module.__name__: module.__version__ for module in (cv2, np, PIL, scipy, skimage)}
    versions["magick"] = magick_version
    print(json.dumps({"done": [each.__name__ for each in done], "leftOut": reasons, "versions": versions}))


main()
