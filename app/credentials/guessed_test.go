package credentials

import (
	"testing"

	"imglink/app/fault"
)

// guessed are passwords of ten characters and more that stand in published lists of the commonest ones (NordPass, the
// SecLists "10k most common", Have I Been Pwned by count), in English, German, French, Spanish, Italian and Polish.
var guessed = []string{
	"1234567890", "0123456789", "0987654321", "9876543210", "1234567891", "12345678910", "123456789a", "123456789q", "a123456789", "1111111111",
	"0000000000", "1212121212", "123123123123", "1122334455", "1233211234", "12344321123", "11223344556", "147258369000", "1q2w3e4r5t", "1q2w3e4r5t6y",
	"q1w2e3r4t5", "1qaz2wsx3edc", "1qazxsw23edc", "zaq12wsxcde3", "qwertyuiop", "qwerty12345", "qwerty123456", "Qwerty123!", "qwerty1234", "asdfghjkl1",
	"asdfghjkl;", "zxcvbnm123", "qazwsxedcr", "qazwsx1234", "azertyuiop", "azerty1234", "qwertzuiop", "poiuytrewq", "abcdefghij", "abcd123456",
	"abc1234567", "aa12345678", "asdf123456", "password12", "password123", "Password1!", "Passw0rd123", "P@ssw0rd123", "passwordpassword", "mypassword",
	"password!!", "pass123456", "passw0rd1!", "letmein123", "welcome123", "Welcome2026!", "Welkom1234", "changeme123", "iloveyou123", "iloveyou12",
	"princess123", "sunshine123", "football123", "basketball", "superman123", "liverpool1", "chocolate1", "minecraft1", "admin12345", "Admin@1234",
	"administrator", "test123456", "testtest123", "hello12345", "computer123", "whatever123", "trustno1234", "jennifer12", "michael123", "charlie123",
	"Passwort123", "passwort12", "hallo12345", "ichliebedich", "schalke04!", "Sommer2026!", "geheim1234", "motdepasse", "motdepasse1", "bonjour123",
	"jetaime123", "doudou1234", "contraseña", "contrasena1", "teamo12345", "tequiero123", "estrella12", "barcelona1", "realmadrid", "alessandro",
	"francesco1", "giuseppe12", "juventus10", "forzainter", "forzamilan", "polska1234", "zaq1@WSX12", "kochamcie1", "matrix1234", "mateusz123",
	"thunder123", "pokemon123", "starwars12", "batman1234", "monkey1234", "dragon1234", "shadow1234", "master1234", "secret1234", "summer2025",
	"Winter2025!", "spiderman1", "1234512345", "5555555555", "987654321a", "31415926535", "qweasdzxc123", "qweasdzxc1", "asdasdasd1", "asdasd1234",
	"1qaz!QAZ2wsx", "!QAZ2wsx#EDC", "1qaz@WSX3edc", "!@#$%^&*()", "qwe1234567", "123qwe123qwe", "123qweasdzxc", "q1w2e3r4t5y6", "google1234", "samsung123",
	"facebook123", "linkedin12", "internet12", "myspace123", "fuckyou123", "fuckyou1234", "lovelove12", "babygirl12", "my password", "ImgLink123",
}

func TestCommonPasswordsAreRefused(t *testing.T) {
	for _, p := range guessed {
		if CheckPassword(new(fault.Collect), "password", p, 10, "ImgLink") {
			t.Errorf("%q is accepted", p)
		}
	}
}

// Refusing too much drives people to worse ones: words that are unrelated, random characters, and names of one's own pets
// with more around them stay allowed.
func TestUncommonPasswordsAreAccepted(t *testing.T) {
	for _, p := range []string{
		"velvet-harbor", "quartz otter", "kXv93!pqLm", "drei graue Esel", "tasse écharpe bleue", "sedia lampone", "chmura parasol", "montaña tijeras",
		"7h8Qz1mWx2", "brittle oars", "qwertz is not enough here", "1987 Sancho rides", "plausible-otter", "Zeitgeist&Kaffee", "gentle0rbit", "0x5f3759df??", "20260101-tunnel",
	} {
		if c := new(fault.Collect); !CheckPassword(c, "password", p, 10, "ImgLink") {
			t.Errorf("%q is refused: %v", p, c.Err())
		}
	}
}
