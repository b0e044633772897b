// Voice notes: from the microphone, or a made-up one.

/** Start recording; `stop()` ends it and `done` gives the bytes and their length in seconds. */
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"].find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const parts = [];
  const began = performance.now();
  const done = new Promise((resolve) => {
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      resolve({ blob: new Blob(parts, { type }), seconds: Math.max(1, Math.round((performance.now() - began) / 1000)) });
    });
  });
  recorder.start();
  return { stop: () => recorder.stop(), done };
}

/** Two seconds of a hummed melody as WAV, for machines without a microphone. */
export function sample() {
  const rate = 16000;
  const seconds = 2;
  const notes = [220, 262, 330, 294, 262, 220];
  const samples = new Int16Array(rate * seconds);
  for (let n = 0; n < samples.length; n += 1) {
    const at = n / rate;
    const part = (at / seconds) * notes.length;
    const swell = Math.sin(Math.PI * (part % 1));
    const pitch = notes[Math.floor(part)];
    samples[n] = 6000 * swell * (Math.sin(2 * Math.PI * pitch * at) + 0.4 * Math.sin(4 * Math.PI * pitch * at));
  }
  const head = new DataView(new ArrayBuffer(44));
  const words = (at, text) => [...text].forEach((letter, n) => head.setUint8(at + n, letter.charCodeAt(0)));
  words(0, "RIFF"); head.setUint32(4, 36 + samples.byteLength, true); words(8, "WAVEfmt ");
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
  head.setUint32(24, rate, true); head.setUint32(28, rate * 2, true); head.setUint16(32, 2, true); head.setUint16(34, 16, true);
  words(36, "data"); head.setUint32(40, samples.byteLength, true);
  return { blob: new Blob([head, samples], { type: "audio/wav" }), seconds };
}
