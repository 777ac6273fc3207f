// Takes a picture that is dropped, pasted, chosen or drawn, makes it the pixels that the network takes, and hands them over.
const drawingSide = 280;

export const start = (page, canvas, width, height, channels) => {
  const at = id => document.getElementById(id);
  const scale = drawingSide / Math.max(width, height);
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const drawing = canvas.getContext('2d');
  const small = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  let shown = null, wait = 0;

  // As large as fits, in the middle of a black ground; a picture of the right size keeps its pixels.
  const fit = (target, source) => {
    const factor = Math.min(target.canvas.width / source.width, target.canvas.height / source.height);
    const [w, h] = [source.width * factor, source.height * factor];
    clear(target);
    target.imageSmoothingQuality = 'high';
    target.drawImage(source, (target.canvas.width - w) / 2, (target.canvas.height - h) / 2, w, h);
  };

  const clear = target => {
    target.fillStyle = '#000';
    target.fillRect(0, 0, target.canvas.width, target.canvas.height);
  };

  const look = async source => {
    fit(small, source);
    const { data } = small.getImageData(0, 0, width, height), pixels = new Uint8Array(width * height * channels);
    for (let i = 0; i < width * height; i++) {
      const [red, green, blue] = data.subarray(4 * i, 4 * i + 3);
      pixels.set(channels === 1 ? [Math.round((299 * red + 587 * green + 114 * blue) / 1000)] : [red, green, blue], channels * i);
    }
    await page.invokeMethodAsync('Look', at('invert').checked ? pixels.map(value => 255 - value) : pixels);
  };

  const take = async file => {
    try {
      shown = await createImageBitmap(file);
    } catch {
      at('error').textContent = 'The browser cannot read this file as a picture.';
      return;
    }
    at('error').textContent = '';
    fit(drawing, shown);
    await look(shown);
  };

  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  const lookSoon = () => {
    clearTimeout(wait);
    wait = setTimeout(() => look(canvas), 100);
  };
  canvas.addEventListener('pointerdown', event => {
    shown = null;
    canvas.setPointerCapture(event.pointerId);
    [drawing.lineWidth, drawing.lineCap, drawing.lineJoin, drawing.strokeStyle] = [drawingSide / 14, 'round', 'round', '#fff'];
    drawing.beginPath();
    drawing.moveTo(...place(event));
  });
  canvas.addEventListener('pointermove', event => {
    if (!canvas.hasPointerCapture(event.pointerId))
      return;
    drawing.lineTo(...place(event));
    drawing.stroke();
    lookSoon();
  });

  at('clear').addEventListener('click', async () => {
    shown = null;
    clearTimeout(wait);
    clear(drawing);
    await page.invokeMethodAsync('Forget');
  });
  at('invert').addEventListener('change', () => look(shown ?? canvas));
  at('file').addEventListener('change', async event => {
    if (event.target.files[0])
      await take(event.target.files[0]);
    event.target.value = ''; // so that the same file may be chosen again
  });
  addEventListener('paste', event => event.clipboardData.files[0] && take(event.clipboardData.files[0]));
  for (const name of ['dragenter', 'dragover'])
    addEventListener(name, event => { event.preventDefault(); at('drop').classList.add('over'); });
  addEventListener('dragleave', event => event.relatedTarget === null && at('drop').classList.remove('over'));
  addEventListener('drop', event => {
    event.preventDefault();
    at('drop').classList.remove('over');
    if (event.dataTransfer.files[0])
      take(event.dataTransfer.files[0]);
  });
  clear(drawing);
};
