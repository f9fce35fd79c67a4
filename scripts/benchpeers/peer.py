"""One peer: peer.py KIND PRECISION BATCH THREADS WEIGHTS. It loads the network, writes a
line of JSON, and then measures for a second or more whenever a line comes in."""
import json
import sys
import time

import network

kind, precision = sys.argv[1:3]
batch, threads = int(sys.argv[3]), int(sys.argv[4])
weights = network.load(sys.argv[5])
pages = network.pages(batch)


def say(**what):
    print(json.dumps(what), flush=True)


def onnxruntime():
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(network.onnx_model(weights, batch), options, providers=["CPUExecutionProvider"])
    return f"ONNX Runtime {ort.__version__}", {"": lambda: session.run(["fc2"], {"pages": pages})[0]}


def openvino():
    import openvino as ov

    core = ov.Core()
    hint = {"float32": ov.Type.f32, "bfloat16": ov.Type.bf16}[precision]
    config = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": hint, "NUM_STREAMS": 1}
    request = core.compile_model(core.read_model(network.onnx_model(weights, batch)), "CPU", config).create_infer_request()
    return f"OpenVINO {ov.__version__.split('-')[0]}", {"": lambda: next(iter(request.infer({0: pages}, share_inputs=True).values()))}


def torch():
    """Several ways that users take; the fastest counts."""
    import torch
    from torch.utils import mkldnn

    torch.set_num_threads(threads)
    dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]
    x = torch.from_numpy(pages).to(dtype)
    last = x.to(memory_format=torch.channels_last)
    packed = x.to_mkldnn()

    def model():
        return network.torch_model(weights).to(dtype)

    models = {
        "channels_last": (model().to(memory_format=torch.channels_last), last),
        "to_mkldnn": (mkldnn.to_mkldnn(network.torch_model(weights), dtype), packed),
    }
    if precision == "float32":
        models["contiguous"] = model(), x
    if hasattr(torch, "compile"):
        models["torch.compile"] = torch.compile(models["channels_last"][0]), last

    def run(model, x):
        with torch.inference_mode():
            y = model(x)
            return (y.to_dense() if y.is_mkldnn else y).float().numpy()

    return f"PyTorch {torch.__version__.split('+')[0]}", {name: lambda m=m: run(*m) for name, m in models.items()}


def torch_gpu():
    """Pages and features stay on the GPU: nothing is copied."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]
    x = torch.from_numpy(pages).to("cuda", dtype).contiguous(memory_format=torch.channels_last)
    model = network.torch_model(weights).to("cuda", dtype, memory_format=torch.channels_last)
    ways = {"channels_last": model}
    if kind == "torch_compile":
        ways = {"torch.compile max-autotune": torch.compile(model, mode="max-autotune")}

    def run(model):
        with torch.inference_mode():
            y = model(x)
            torch.cuda.synchronize()
        return y

    ways = {name: lambda model=model: run(model) for name, model in ways.items()}
    return f"PyTorch {torch.__version__.split('+')[0]}", ways


def fastest(ways):
    """Runs every way twice and returns the one that was fastest the second time. A way that
    fails is skipped with its reason."""
    took, reasons = {}, []
    for name, run in ways.items():
        try:
            run()
            start = time.perf_counter()
            run()
            took[name] = time.perf_counter() - start
        except Exception as reason:
            reasons.append(f"{name}: {str(reason).strip().splitlines()[0]}")
    if not took:
        raise SystemExit("; ".join(reasons))
    return min(took, key=took.get), took, reasons


def mean(values):
    if hasattr(values, "cpu"):
        values = values.float().cpu().numpy()
    return float(values.mean(dtype="float64"))


version, ways = {"onnxruntime": onnxruntime, "openvino": openvino, "torch": torch, "torch_gpu": torch_gpu, "torch_compile": torch_gpu}[kind]()
way, took, skipped = fastest(ways)
run = ways[way]
result = run()
say(name=f"{version} {way}".strip(), checksum=mean(abs(result)), skipped=skipped, tried={name: batch / t for name, t in took.items() if len(took) > 1})
for _ in sys.stdin:
    n, start, spent = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < 1:
        run()
        n += batch
    say(pages_per_second=n / (time.perf_counter() - start), cores=(time.process_time() - spent) / (time.perf_counter() - start))
