package main

import (
	"fmt"
	"strings"
)

var words = strings.Fields(`account agreement amount annual answer balance board building change
city claim client committee company condition contract copy cost council date decision delivery
department detail director district document effect engineer estimate evening example figure file
form garden goods harbour history house income increase index information inquiry insurance item
journal labour land law letter library list machine manager market material matter measure meeting
member method minute model month morning network notice number office officer order page paper
payment period permit plan plant policy price problem product programme project property question
rate reason receipt record region report request result river road rule sample school science
section service signature standard station statement street study subject supply survey system
table tax teacher test total town transport value village water week window work year`)

var glue = strings.Fields(`the of and to in for with on by from at as is was that this which has our your all no`)

var names = strings.Fields(`Abel Berg Castro Duval Eriksen Faber Garcia Hansen Ito Jansen Keller Lopez
Moreau Novak Okafor Petrov Quint Rossi Silva Tanaka Urban Varga Weber Young Zeller`)

func (s *sheet) word() string { return words[s.rand.IntN(len(words))] }
func (s *sheet) name() string {
	return names[s.rand.IntN(len(names))] + " " + names[s.rand.IntN(len(names))]
}

func (s *sheet) amount() string { return fmt.Sprintf("%d.%02d", s.rand.IntN(9000), s.rand.IntN(100)) }

func (s *sheet) date() string {
	return fmt.Sprintf("%d %s %d", s.between(1, 29), []string{"January", "March", "May", "June", "August", "October", "December"}[s.rand.IntN(7)], s.between(1961, 2025))
}

// sentence joins words up to the given number of characters.
func (s *sheet) sentence(length int) string {
	var b strings.Builder
	for {
		w := s.word()
		if s.chance(45) {
			w = glue[s.rand.IntN(len(glue))]
		}
		if b.Len()+len(w)+1 > length {
			return b.String()
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		if s.chance(8) {
			b.WriteByte(',')
		}
	}
}

// title is a few words with capitals.
func (s *sheet) title(count int) string {
	var parts []string
	for range count {
		w := s.word()
		parts = append(parts, strings.ToUpper(w[:1])+w[1:])
	}
	return strings.Join(parts, " ")
}
