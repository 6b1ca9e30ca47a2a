// The public pages.
import './core.js';
import './upload.js';
import './forms.js';
import './gallery.js';
import './lightbox.js';
