// The attempt is over and acknowledged: what the paper kept on this device is no longer needed.
const { attempt } = document.getElementById("ket-qua").dataset;
try {
  localStorage.removeItem(`bai-thi:${attempt}`);
} catch {
  // nothing is kept where storage is switched off
}
