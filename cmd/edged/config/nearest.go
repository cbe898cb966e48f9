package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Keys are the names of all keys, as "camera.width".
func Keys() []string { return keysOf(reflect.TypeFor[Config](), "") }

func keysOf(t reflect.Type, prefix string) []string {
	var keys []string
	for field := range t.Fields() {
		if field.Anonymous {
			keys = append(keys, keysOf(field.Type, prefix)...)
			continue
		}
		key := prefix + field.Tag.Get("toml")
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, keysOf(inner, key+".")...)
		} else {
			keys = append(keys, key)
		}
	}
	return keys
}

func suggestion(key string) string {
	if near := nearest(key, Keys()); near != "" {
		return fmt.Sprintf("no such key; did you mean %s?", near)
	}
	return "no such key; `edged config` prints all keys"
}

// nearest returns the name with the fewest typing errors against word, or "" if
// none is near.
func nearest(word string, names []string) string {
	best, least := "", len(word)/3+2
	for _, name := range names {
		if d := distance(strings.ToLower(word), name); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is Levenshtein's: how many bytes have to be inserted, deleted or
// replaced to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
