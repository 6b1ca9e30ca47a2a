// The staff pages. A new page adds a module here; bind(key, run) of shortcuts.js adds a key.
import './core.js';
import './forms.js';
import './dialogs.js';
import './palette.js';
import './shortcuts.js';
import './queue.js';
import './viewer.js';
import './lease.js';
import './swap.js';
import './passkey.js';
import './review.js';
