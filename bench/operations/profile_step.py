"""Where the time of a saved training step goes: profile_step.py FOLDER STEPS THREADS; writes JSON."""

import collections
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
v1.disable_eager_execution()
ARRAYS = {1: np.float32, 3: np.int32, 4: np.uint8}
NAMES = {1: "float32", 3: "int32", 4: "uint8", 9: "int64", 10: "bool", 14: "bfloat16", 20: "resource"}
BYTES = {"float32": 4, "int32": 4, "uint8": 1, "int64": 8, "bool": 1, "bfloat16": 2, "resource": 0}
MARK = "the step begins"


def open_session(graph, threads):
    # One operation at a time: the times of two that run at once say nothing of either.
    config = v1.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=1)
    return v1.Session(graph=graph, config=config)


def load(folder, threads):
    graph = tf.Graph()
    with graph.as_default():
        session = open_session(graph, threads)
        v1.saved_model.load(session, ["serve"], str(folder))

    def feeds(call):
        return {
            feed["name"]: np.fromfile(folder / feed["file"], ARRAYS[feed["dtype"]]).reshape(feed["shape"])
            for feed in call["feeds"]
        }

    *before, step = json.loads((folder / "calls.json").read_text())
    for call in before:
        session.run(call["fetches"], feeds(call))
    return session, step["fetches"], feeds(step)


def least(times, action):
    """The least milliseconds that an action takes."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1e3


def trace(session, fetches, feeds, steps):
    """For each node its least time, its definition, and the shape and type of each of its outputs."""
    options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE, output_partition_graphs=True)
    times, outputs, definitions = {}, {}, {}
    for _ in range(steps):
        found = v1.RunMetadata()
        session.run(fetches, feeds, options=options, run_metadata=found)
        for node in (node for graph in found.partition_graphs for node in graph.node):
            definitions[node.name] = node
        for stats in (stats for device in found.step_stats.dev_stats for stats in device.node_stats):
            took = (stats.op_end_rel_nanos - stats.op_start_rel_nanos) / 1e6
            times[stats.node_name] = min(took, times.get(stats.node_name, took))
            for output in stats.output:
                tensor = output.tensor_description
                shape = [dimension.size for dimension in tensor.shape.dim]
                outputs[stats.node_name, output.slot] = (shape, NAMES.get(tensor.dtype, "other"))
    return times, outputs, definitions


def inputs_of(node, outputs):
    for name in node.input:
        if not name.startswith("^"):
            source, _, slot = name.partition(":")
            yield outputs.get((source, int(slot or 0)))


def multiplications(node, inputs, output):
    """Of a product, a convolution or one of its gradients; 0 of anything else."""
    size = lambda shape: int(np.prod(shape, dtype=np.int64))
    shapes = [found[0] if found else [] for found in inputs]
    if node.op.endswith("MatMul") and len(shapes) > 1 and len(shapes[0]) == 2:
        return size(output[0]) * shapes[0][0 if node.attr["transpose_a"].b else 1]
    if "Conv2DBackpropInput" in node.op:
        return size(shapes[2]) * size(shapes[1][:3])
    if "Conv2DBackpropFilter" in node.op:
        return size(shapes[2]) * size(output[0][:3])
    if "Conv2D" in node.op:
        return size(output[0]) * size(shapes[1][:3])
    return 0


def volume(found):
    return int(np.prod(found[0], dtype=np.int64)) * BYTES.get(found[1], 0) if found else 0


def describe(node):
    name = node.op.removeprefix("_Mkl").removeprefix("Native")
    fused = [each.decode() for each in node.attr["fused_ops"].list.s] if "fused_ops" in node.attr else []
    if "activation_mode" in node.attr and node.attr["activation_mode"].s not in (b"", b"Identity"):
        fused.append(node.attr["activation_mode"].s.decode())
    if node.op.endswith("MatMul"):
        transposed = [side for side in "ab" if node.attr[f"transpose_{side}"].b]
        name += f" {'^T, '.join(transposed)}^T" if transposed else ""
    return " + ".join([name, *fused])


def type_of(node):
    for attribute in ("T", "SrcT", "Tparams", "dtype"):
        if attribute in node.attr:
            return NAMES.get(node.attr[attribute].type, "other")
    return "none"


def fastest(traced, measured):
    """The rates that were measured, or those of the step's own fastest operation: on a busy machine, the former may be low."""
    times, outputs, definitions = traced
    rates = dict(measured)
    for name, took in times.items():
        if name in definitions and took > 0:
            node = definitions[name]
            kind = type_of(node)
            done = 2 * multiplications(node, list(inputs_of(node, outputs)), outputs.get((name, 0)))
            if done:
                rates[kind] = max(rates.get(kind, 0), done / took / 1e6)
    return rates


def operations(traced, rates):
    times, outputs, definitions = traced
    sums = collections.defaultdict(lambda: [0, 0.0, 0.0])
    for name, took in times.items():
        node = definitions.get(name)
        if node is None:
            continue
        inputs = list(inputs_of(node, outputs))
        output = outputs.get((name, 0), ([], "other"))
        kind = type_of(node)
        moved = 0
        if node.op == "ResourceApplyAdam":
            # Weight, moments and gradient are read, all but the gradient written.
            moved = 7 * volume(inputs[9])
        elif node.op not in ("Reshape", "Identity", "ReadVariableOp", "AssignVariableOp", "Const", "_Arg", "_Retval"):
            moved = sum(map(volume, inputs)) + volume(output)
        busy = 2 * multiplications(node, inputs, output) / rates.get(kind, rates["float32"]) / 1e6
        entry = sums[describe(node), kind]
        entry[0] += 1
        entry[1] += took
        entry[2] += max(busy, moved / rates["copies"] / 1e6)
    return [
        {"operation": operation, "type": kind, "count": count, "milliseconds": took, "floor": floor}
        for (operation, kind), (count, took, floor) in sorted(sums.items(), key=lambda item: -item[1][1])
    ]


def measured_rates(threads):
    """GFLOP/s of a large product in each type; GB/s read and written by a large copy."""
    rates = {}
    side, pixels = 1024, 2**24
    for kind in (tf.float32, tf.bfloat16):
        graph = tf.Graph()
        with graph.as_default(), open_session(graph, threads) as session:
            a, b = (v1.get_variable(name, initializer=tf.cast(tf.fill([side, side], 0.5), kind)) for name in "ab")
            product = tf.matmul(a, b).op
            session.run(v1.global_variables_initializer())
            session.run(product)
            rates[kind.name] = 2 * side**3 / least(20, lambda: session.run(product)) / 1e6
    source, target = np.ones(pixels, np.float32), np.empty(pixels, np.float32)
    rates["copies"] = 2 * source.nbytes / least(30, lambda: np.copyto(target, source)) / 1e6
    return rates


def primitives(lines, steps):
    """The least time inside oneDNN, by primitive, implementation, direction and types, from ONEDNN_VERBOSE=1."""
    found, current = [], None
    for line in lines:
        if line.strip() == MARK:
            current = collections.defaultdict(lambda: [0, 0.0])
            found.append(current)
        elif ",exec," in line and current is not None:
            parts = line.strip().split(",")
            _, kind, implementation, direction, tensors = parts[parts.index("exec") + 1 :][:5]
            types = " ".join(":".join(tensor.replace("_", ":").split(":")[:2]) for tensor in tensors.split())
            entry = current[" ".join(part for part in (kind, implementation, direction, types) if part != "undef")]
            entry[0] += 1
            entry[1] += float(parts[-1])
    names = {name for step in found[-steps:] for name in step}
    rows = []
    for name in names:
        seen = [step[name] for step in found[-steps:] if name in step]
        rows.append({"primitive": name, "count": seen[0][0], "milliseconds": min(took for _, took in seen)})
    return sorted(rows, key=lambda row: -row["milliseconds"])


def run_verbosely(folder, steps, threads):
    session, fetches, feeds = load(folder, threads)
    for _ in range(steps + 1):
        print(MARK, flush=True)
        session.run(fetches, feeds)


def main(folder, steps, threads, *verbose):
    folder, steps, threads = Path(folder), int(steps), int(threads)
    if verbose:
        run_verbosely(folder, steps, threads)
        return
    session, fetches, feeds = load(folder, threads)
    step = lambda: session.run(fetches, feeds)
    for _ in range(2):
        step()
    whole = least(steps, step)
    traced = trace(session, fetches, feeds, steps)
    rates = fastest(traced, measured_rates(threads))
    found = operations(traced, rates)
    session.close()
    # oneDNN writes to the standard output of the process as it is; so a process of its own.
    said = subprocess.run(
        [sys.executable, *sys.argv, "verbose"],
        env={**os.environ, "ONEDNN_VERBOSE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    inside = primitives(said.stdout.splitlines(), steps)
    json.dump({"step": whole, "operations": found, "primitives": inside, "rates": rates}, sys.stdout)


main(*sys.argv[1:])
