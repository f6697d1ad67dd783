// Copies a text, also where the page is not served safely enough for the clipboard's own way.
export function copyButtons(buttons, say) {
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copies);
      const done = await copy(source);
      button.textContent = done ? 'Copied' : 'Select it and press Ctrl+C';
      say(done ? 'Copied' : 'The browser does not allow it; the text is selected');
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  }
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return document.execCommand('copy');
  }
}
