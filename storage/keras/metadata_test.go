package keras

import (
	"os"
	"strings"
	"testing"

	"edged/nn"
)

func TestMetadata(t *testing.T) {
	config := `{"class_name":"Sequential","config":{"name":"m"},"model_config":{"class_name":"Sequential","config":{"name":"m","shared_object_id":3}}}`
	for _, c := range []struct{ name, message, want string }{
		{"good", message(1, message(2, 5, 5, "{}"), 1, message(3, "root", 5, config)), ""},
		{"without a copy", message(1, message(5, `{"class_name":"Sequential","config":{}}`)), ""},
		{"no node", "", "no model"},
		{"no root", message(1, message(2, 5, 5, config)), "no model"},
		{"two roots", message(1, message(5, config), 1, message(5, config)), "two models"},
		{"no JSON", message(1, message(5, "{")), "JSON"},
		{"copies differ", message(1, message(5, strings.Replace(config, `"m"`, `"n"`, 1))), "differ"},
		{"class of the copy", message(1, message(5, strings.Replace(config, "Sequential", "Functional", 1))), "differ"},
		{"no message", "\xff", "EOF"},
	} {
		_, err := rootMetadata([]byte(c.message))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzMetadata reads whatever it is given as far as to a network.
func FuzzMetadata(f *testing.F) {
	real, err := os.ReadFile("testdata/nan/" + metadataFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(real)
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := rootMetadata(data)
		if err != nil {
			return
		}
		if m, err := nn.ModelFromConfig(root); err == nil {
			m.Places()
		}
	})
}
