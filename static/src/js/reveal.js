// The button that shows a password while it is typed. It appears with the script, because it needs one.
import { $, $$, announce } from './core.js';

for (const button of $$('[data-reveal]')) {
  const input = $(`#${button.dataset.reveal}`);
  const show = on => {
    input.type = on ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(on));
  };
  button.addEventListener('click', () => {
    show(input.type === 'password');
    announce(input.type === 'text' ? button.dataset.shown : button.dataset.hidden);
  });
  input.form?.addEventListener('submit', () => show(false)); // browsers offer to keep what is a password when it is sent
}
