// Filled by the upload page.
