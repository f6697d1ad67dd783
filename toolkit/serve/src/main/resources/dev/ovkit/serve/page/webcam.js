// Frames of a webcam, each as a bitmap and as a JPEG; the next one when the last was answered.
const QUALITY = 0.9;

export function isAvailable() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

export class Webcam {
  #video = document.createElement('video');
  #canvas = document.createElement('canvas');
  #stream = null;

  get on() {
    return this.#stream !== null;
  }

  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1280 } },
      audio: false,
    });
    this.#stream = stream;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  stop() {
    this.#stream?.getTracks().forEach(track => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  async frame() {
    const bitmap = await createImageBitmap(this.#video);
    this.#canvas.width = bitmap.width;
    this.#canvas.height = bitmap.height;
    this.#canvas.getContext('2d').drawImage(bitmap, 0, 0);
    const jpeg = await new Promise(done => { this.#canvas.toBlob(done, 'image/jpeg', QUALITY); });
    return { bitmap, jpeg };
  }
}
