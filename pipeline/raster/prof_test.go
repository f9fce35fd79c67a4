package raster
import ("testing";"os";"context")
func BenchmarkFile(b *testing.B){ data,err:=os.ReadFile(os.Getenv("IN")); if err!=nil{b.Skip()}
 b.Run("decode",func(b *testing.B){ for b.Loop(){ d,_:=Open(context.Background(),data,DefaultLimits()); d.Decode(context.Background(),0)}})
 d,_:=Open(context.Background(),data,DefaultLimits()); p,_:=d.Decode(context.Background(),0); dst:=make([]uint8,224*224*3)
 b.Run("squash",func(b *testing.B){ for b.Loop(){ p.Squash(dst,224)}})
}
