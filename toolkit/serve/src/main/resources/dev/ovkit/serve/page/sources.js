// Where pictures come from: a file that is chosen, dropped or pasted.
function firstPicture(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find(file => file.type.startsWith('image/')) ?? files[0];
}

export function sources({ choose, file, frame }, given) {
  choose.addEventListener('click', () => file.click());
  frame.addEventListener('click', event => {
    if (!choose.disabled && event.target.tagName !== 'CANVAS') file.click();
  });
  file.addEventListener('change', () => {
    if (file.files[0]) given(file.files[0]);
    file.value = ''; // the same one may be chosen again
  });
  addEventListener('paste', event => {
    const picture = firstPicture(event.clipboardData);
    if (picture) {
      event.preventDefault();
      given(picture);
    }
  });
  addEventListener('dragover', event => {
    event.preventDefault();
    frame.classList.add('over');
  });
  addEventListener('dragleave', event => {
    if (!event.relatedTarget) frame.classList.remove('over');
  });
  addEventListener('drop', event => {
    event.preventDefault();
    frame.classList.remove('over');
    const picture = firstPicture(event.dataTransfer);
    if (picture) given(picture);
  });
}
