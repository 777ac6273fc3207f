// The page of a served model: takes a picture in one of five ways, sends it, and shows what came back. Nothing is kept.
'use strict';
(() => {
  const largestSide = 1024, sentAsIs = 1 << 20, longestSideAsIs = 4000;
  const readByServer = ['image/png', 'image/jpeg', 'image/webp', 'image/bmp', 'image/gif'];
  const at = id => document.getElementById(id);
  const canvas = at('picture'), drawing = canvas.getContext('2d', { willReadFrequently: true });
  let sent = 0, isDrawing = false, stream = null, wait = 0;

  const show = bitmap => {
    const scale = Math.min(canvas.width / bitmap.width, canvas.height / bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    drawing.clearRect(0, 0, canvas.width, canvas.height);
    drawing.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  };

  const fail = text => {
    at('error').textContent = text;
    at('error').hidden = false;
  };

  // What the server reads goes to it as it is, so that the answer has the bits of `weft predict` on that file. Everything else the browser decodes.
  const take = async file => {
    endDrawing();
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      fail('The browser cannot read this file as a picture.');
      return;
    }
    show(bitmap);
    const isRead = readByServer.includes(file.type) && file.size <= sentAsIs && Math.max(bitmap.width, bitmap.height) <= longestSideAsIs;
    await send(isRead ? file : await smaller(bitmap));
    bitmap.close();
  };

  const smaller = bitmap => {
    const scale = Math.min(1, largestSide / Math.max(bitmap.width, bitmap.height));
    const copy = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
    copy.getContext('2d').drawImage(bitmap, 0, 0, copy.width, copy.height);
    return copy.convertToBlob({ type: 'image/png' }).then(blob => blob.size <= sentAsIs ? blob : copy.convertToBlob({ type: 'image/jpeg', quality: .9 }));
  };

  const send = async blob => {
    const number = ++sent, began = performance.now();
    const headers = { 'Content-Type': blob.type };
    if (at('token'))
      headers.Authorization = 'Bearer ' + at('token').value.trim();
    try {
      const response = await fetch('/predict?details=1', { method: 'POST', headers, body: blob });
      const answer = await response.json();
      if (number !== sent)
        return; // another picture was sent since
      at('error').hidden = true;
      if (response.ok)
        say(answer, performance.now() - began);
      else
        fail(answer.error);
    } catch {
      if (number === sent)
        fail('The server does not answer.');
    }
  };

  const percent = value => (value * 100).toFixed(1) + ' %';

  const say = (answer, milliseconds) => {
    const prediction = answer.predictions[0], details = answer.details[0];
    at('answer').textContent = `${prediction.class} ${percent(prediction.probability)}`;
    const remarks = [];
    if (prediction.unlike)
      remarks.push('It is unlike all training pictures: the answer may mean nothing.');
    if (prediction.unsure)
      remarks.push('Little certainty: look at what the network sees.');
    else if (prediction.adapted)
      remarks.push('What it shows was cut out and made as training images are.');
    at('remark').textContent = remarks.join(' ');
    at('remark').classList.toggle('warn', Boolean(prediction.unlike || prediction.unsure));
    bars(prediction);
    at('seen').hidden = false;
    draw(at('pixels'), details, (bytes, place) => details.channels === 3 ? [bytes[3 * place], bytes[3 * place + 1], bytes[3 * place + 2]]
      : [bytes[place], bytes[place], bytes[place]]);
    at('looked').hidden = !details.saliency;
    if (details.saliency) {
      const warmth = decode(details.saliency);
      draw(at('saliency'), details, (bytes, place) => {
        const grey = details.channels === 3 ? (bytes[3 * place] + bytes[3 * place + 1] + bytes[3 * place + 2]) / 3 : bytes[place];
        const heat = warmth[place] / 255;
        return [grey * .45 + 255 * heat * .55, grey * .45 + 150 * heat * .35, grey * .45 * (1 - heat)];
      });
    }
    at('time').textContent = `answered by ${answer.model.name} ${answer.model.version} in ${milliseconds.toFixed(0)} ms`;
  };

  const bars = prediction => {
    const shown = names().map((name, index) => ({ name, index, value: prediction.probabilities[index] }))
      .sort((a, b) => b.value - a.value || a.index - b.index).slice(0, 10);
    at('bars').replaceChildren(...shown.flatMap(({ name, value }, rank) => {
      const label = document.createElement('span'), bar = document.createElement('progress'), number = document.createElement('span');
      label.className = rank === 0 ? 'name best' : 'name';
      label.textContent = name;
      bar.value = value;
      bar.setAttribute('aria-label', name);
      number.className = rank === 0 ? 'value best' : 'value';
      number.textContent = percent(value);
      return [label, bar, number];
    }));
  };

  const names = () => JSON.parse(document.body.querySelector('main').dataset.classes);
  const decode = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));

  const draw = (target, details, color) => {
    const bytes = decode(details.pixels), image = new ImageData(details.width, details.height);
    for (let place = 0; place < details.width * details.height; place++)
      image.data.set([...color(bytes, place), 255], 4 * place);
    [target.width, target.height] = [details.width, details.height];
    target.getContext('2d').putImageData(image, 0, 0);
  };

  const paper = () => {
    drawing.fillStyle = '#fff';
    drawing.fillRect(0, 0, canvas.width, canvas.height);
  };

  const endDrawing = () => {
    endCamera();
    isDrawing = false;
    canvas.classList.remove('drawing');
    at('clear').hidden = true;
    at('hint').textContent = 'Drop a picture here, or paste one.';
  };

  const sendDrawing = () => {
    clearTimeout(wait);
    wait = setTimeout(() => canvas.toBlob(blob => isDrawing && send(blob), 'image/png'), 120);
  };

  at('draw').addEventListener('click', () => {
    endCamera();
    isDrawing = true;
    canvas.classList.add('drawing');
    at('clear').hidden = false;
    at('hint').textContent = 'Draw with the mouse or a finger.';
    paper();
  });
  at('clear').addEventListener('click', paper);

  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  canvas.addEventListener('pointerdown', event => {
    if (!isDrawing)
      return;
    canvas.setPointerCapture(event.pointerId);
    [drawing.lineWidth, drawing.lineCap, drawing.lineJoin, drawing.strokeStyle] = [22, 'round', 'round', '#111'];
    drawing.beginPath();
    drawing.moveTo(...place(event));
    drawing.lineTo(...place(event));
    drawing.stroke();
  });
  canvas.addEventListener('pointermove', event => {
    if (!isDrawing || !canvas.hasPointerCapture(event.pointerId))
      return;
    drawing.lineTo(...place(event));
    drawing.stroke();
    sendDrawing();
  });
  canvas.addEventListener('pointerup', () => isDrawing && sendDrawing());

  const endCamera = () => {
    for (const track of stream ? stream.getTracks() : [])
      track.stop();
    stream = null;
    at('video').hidden = true;
    canvas.hidden = false;
    at('camera').textContent = 'Photograph';
  };
  at('camera').addEventListener('click', async () => {
    if (stream) {
      const bitmap = await createImageBitmap(at('video'));
      endCamera();
      show(bitmap);
      await send(await smaller(bitmap));
      bitmap.close();
      return;
    }
    endDrawing();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      at('video').srcObject = stream;
      await at('video').play();
      at('video').hidden = false;
      canvas.hidden = true;
      at('camera').textContent = 'Take it';
    } catch {
      endCamera();
      fail('The browser gives no camera to this page.');
    }
  });

  at('file').addEventListener('change', event => event.target.files[0] && take(event.target.files[0]));
  addEventListener('paste', event => {
    const item = [...event.clipboardData.files].find(file => file.type.startsWith('image/'));
    if (item)
      take(item);
  });
  const zone = at('drop');
  for (const name of ['dragenter', 'dragover'])
    addEventListener(name, event => { event.preventDefault(); zone.classList.add('over'); });
  addEventListener('dragleave', event => event.relatedTarget === null && zone.classList.remove('over'));
  addEventListener('drop', event => {
    event.preventDefault();
    zone.classList.remove('over');
    if (event.dataTransfer.files[0])
      take(event.dataTransfer.files[0]);
  });
})();
