package storage

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"edged/storage/storagetest"
)

// TestDamagedArrivals copies models spoilt in every way into the folder. Each is
// refused with file and reason, or was spoilt where nobody reads; whatever
// serves answers as the whole model does, all the time.
func TestDamagedArrivals(t *testing.T) {
	small, mlp := reference+"/seed_small/savedmodel", reference+"/mlp/savedmodel"
	for form, pair := range map[string][2]string{
		"savedmodel": {small, mlp},
		"edged":      {own(t, small, CommitOptions{}), own(t, mlp, CommitOptions{})},
	} {
		damages, err := storagetest.Damages(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		input := make([]float32, 32*32*3)
		want := predict(t, mustLoad(t, pair[0]).Network, input)
		t.Run(form, func(t *testing.T) {
			onClock(t, func(t *testing.T, b *board) {
				b.options.Loader = Engine{}
				b.must(storagetest.Copy(b.path("good"), pair[0]))
				m, stop := b.start()
				defer stop()
				<-m.Ready()
				for i, d := range damages {
					name := fmt.Sprint("damaged", i)
					b.must(errors.Join(storagetest.Copy(b.path(name), pair[0]), d.Apply(b.path(name))))
					if i%8 < 7 && i+1 < len(damages) {
						continue // several at a time
					}
					while(10 * time.Second)
					if v := m.Active(); !slices.Equal(answerOf(v.Runner, input), want) {
						t.Errorf("after %q %s serves and answers something else", d.Name, v.ID())
					}
				}
				refused := 0
				for _, s := range m.List() {
					switch {
					case s.State == Complete:
					case s.State != Rejected && s.State != Incomplete, s.File == "", s.Reason == "":
						t.Errorf("the list says %+v", s)
					default:
						refused++
					}
				}
				t.Logf("%d of %d refused", refused, len(damages))
				if refused < 40 {
					t.Errorf("%d of %d damaged models were refused", refused, len(damages))
				}
			})
		})
	}
}

// TestDamageInPlace spoils the directory that serves, in every way. It serves on
// from memory, and again from disk when it is whole again.
func TestDamageInPlace(t *testing.T) {
	whole := own(t, reference+"/mlp/savedmodel", CommitOptions{})
	damages, err := storagetest.Damages(whole, own(t, reference+"/seed_small/savedmodel", CommitOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	onClock(t, func(t *testing.T, b *board) {
		b.options.Loader = Engine{}
		b.must(storagetest.Copy(b.path("m"), whole))
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		first := m.Active()
		for _, d := range damages {
			b.must(d.Apply(b.path("m")))
			while(10 * time.Second)
			if v := m.Active(); v.Name != "m" || v.Model.Network.Name() != first.Model.Network.Name() {
				t.Fatalf("after %q %s serves", d.Name, v.ID())
			}
			run(t, "rm", "-rf", b.path("m"))
			b.must(storagetest.Copy(b.path("m"), whole))
		}
		while(10 * time.Second)
		if s := m.List(); len(s) != 1 || s[0].State != Complete || s[0].Version != m.Active().ID() {
			t.Errorf("at the end the list says %+v", s)
		}
	})
}
