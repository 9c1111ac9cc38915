import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type CorruptionName, severities } from '../../src/data/corruptions/catalogue.ts';
import { available, corrupt } from '../../src/data/corruptions/corrupt.ts';
import { imageA } from '../support/reference.ts';
import { referenceDraws } from '../support/reference-draws.ts';

/**
 * Byte sum and first 8 hex digits of SHA-256, severities 1 to 5, of the original CIFAR-10-C code
 * (make_cifar_c.py with scikit-image 0.26, SciPy 1.17, OpenCV 5.0, Pillow 13, ImageMagick 6.9.11)
 * on reference image A with the reference draws of seed 1.
 */
const golden: Partial<Record<CorruptionName, string>> = {
  gaussian_noise: '386724/7723e2e2 386395/084705c3 386115/e2ed4175 385997/1d8dc3a1 385834/adc13e38',
  shot_noise: '386548/f4671fc8 386009/35b47a28 384554/7429edb0 384127/99113a14 382591/866700b0',
  impulse_noise: '389192/74ad302e 389250/545efb08 390657/a33fa17b 391156/aa2aa923 392453/0945ee7d',
  speckle_noise: '386275/86d8d7a9 384962/7ef717b5 384135/101026ac 382196/141545f7 379929/eb73983e',
  gaussian_blur: '387477/e4b4fa21 387468/58cad16e 387471/ce9af2d6 387533/8bae1fe1 387648/aa54ffea',
  glass_blur: '389604/e30189f9 386524/70978a3d 386528/2d549197 384781/4979c579 385437/caf6723d',
  defocus_blur: '387325/9e86a809 387047/39ca4884 386849/274df8c7 386754/17895083 386415/5f7e9be9',
  motion_blur: '387746/f21e9434 388384/3233dda8 388996/c34d33dc 388996/c34d33dc 389514/b0787b28',
  zoom_blur: '387627/48a0718e 387096/e22a2041 387228/6a5116f2 387708/832a1d29 388200/7d292808',
  snow: '422284/d654d792 460103/b32e99eb 453655/48713f22 475225/4f9a7689 542995/f97751e8',
  frost: '502542/bbb35ca6 552559/cfdc50eb 577163/925693cd 565004/60122811 563588/d4582640',
  fog: '369934/17d15cbe 352407/8d5e94e7 339730/bddeeb96 340467/8ccc3dfc 358191/a5811bb1',
  brightness: '411505/1a9ea4db 432599/76acbed7 450413/1b22ac49 465494/c438e69e 488136/7efb4e1c',
  contrast: '387369/df8c3c67 387245/cbb95359 387423/95def536 387371/0b0e8022 387434/e9109d7e',
  saturate: '526066/d76c4d8b 565477/8e0ef8cf 334631/287f5d48 310663/481319a7 302304/35e2f16e',
  elastic_transform: '386334/bf4f3b9b 386181/919bcc09 386545/43bef7f6 386627/822f4578 386055/c86d0188',
  pixelate: '389193/b3a28c74 389388/66047ecc 389477/b1d9198b 389704/ef7c4fd3 390192/ce04e154',
  jpeg_compression: '389156/95d332ab 389043/1437be72 389186/94037b61 389650/29e20ef3 387973/194d32aa',
  spatter: '391703/378c008e 396998/037c94e0 407394/dc5ef343 382187/1f675513 374229/ca959c6d',
};

const summary = (image: Uint8Array) =>
  `${image.reduce((sum, byte) => sum + byte, 0)}/${createHash('sha256').update(image).digest('hex').slice(0, 8)}`;

describe('the original code of CIFAR-10-C gives the same bytes', () => {
  test.each(available)('%s', (name) => {
    const image = imageA(32);
    const found = severities.map((severity) => summary(corrupt(name, severity, image, referenceDraws(1))));
    expect(found.join(' ')).toBe(golden[name]);
    expect(image).toEqual(imageA(32));
  });
});
