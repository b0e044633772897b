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

/** Three seconds of a hummed melody (Ogg Opus, as Telegram sends voice), for machines without a microphone. */
export async function sample() {
  return { blob: await (await fetch("/static/voice.ogg")).blob(), seconds: 3 };
}
