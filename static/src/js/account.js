// The pages of signing in and of one's own account.
import './core.js';
import './forms.js';
import './passkey.js';
import './reveal.js';
