package cudatest

// program is a parsed module.
type program struct {
	version  int // 10·major + minor
	target   string
	globals  map[string]*variable
	shared   map[string]*variable // of the module: dynamic shared memory, as a rule
	kernels  []*kernelText
	capacity int // the target's number: 80 of sm_80
}

// variable is a declared array or parameter.
type variable struct {
	name     string
	space    string // "global", "const", "shared", "param"
	align    int
	size     int  // bytes; 0 of an array without a bound
	external bool // .extern
	data     []byte
	line     int
}

// kernelText is an entry point as it was written.
type kernelText struct {
	name       string
	line       int
	params     []*variable
	paramBytes int
	shared     map[string]*variable
	maxThreads [3]int // .maxntid; zeros if there is none
	body       []statement
	registers  []class // in order of first use
}

// class is what a register holds.
type class uint8

const (
	predicate class = iota
	half            // 16 bits
	single          // 32 bits
	double          // 64 bits
)

func (c class) bytes() int { return [...]int{0, 2, 4, 8}[c] }

// statement is an instruction as it was written.
type statement struct {
	line   int
	guard  int  // register of the predicate, or -1
	not    bool // @!
	op     string
	args   []operand
	target int // of a branch, index of a statement
}

// operand is an argument of an instruction.
type operand struct {
	kind   operandKind
	reg    int    // index in kernelText.registers
	not    bool   // !p
	value  uint64 // bits of an immediate; an address' offset
	float  uint8  // size of a floating-point immediate: 4 or 8
	name   string // of a symbol or label, or of a special register
	list   []operand
	second *operand // behind a bar: a|b
}

type operandKind uint8

const (
	register operandKind = iota
	special              // %tid.x and its like
	immediate
	symbol  // a variable's address (value: offset), or a label
	vector  // {a, b, …}
	address // [list[0] + value], or [list[0], list[1]] of a tensor
	sink    // _
)
