package browsertest

import "testing"

// TestPublicPagesInGerman: longer words stay within the page, and its switch and scripts speak the language.
func TestPublicPagesInGerman(t *testing.T) {
	w := begin(t)
	up := w.upload(1)
	v := visit(t, chromium(t), w.URL).withAxe()
	v.open("/")
	v.follow(`.languages button[value="de"]`)
	v.says("Bild ablegen.", "Link erhalten.", "Bilder auswählen")
	v.inspect("german-home")
	v.open("/" + up.Image.ID)
	v.click(".copy button")
	v.until("a German answer of the script", `() => document.querySelector('.copy button span').textContent === 'Kopiert'`)
	v.until("the button as it was", `() => document.querySelector('.copy button span').textContent === 'Kopieren'`)
	v.inspect("german-image")
	v.open("/" + up.Image.ID + "/report")
	v.inspect("german-report")
}
