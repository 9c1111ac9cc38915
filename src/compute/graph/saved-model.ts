import { createRequire } from 'node:module';
import type { OpAttribute } from '../native.ts';
import { attributeKinds, dataTypes } from './attributes.ts';
import { type Edge, type GraphFunction, type OperationNode, typeOf } from './graph.ts';
import { outputName } from './output-names.ts';

/** The part of protobuf's generated classes that is used here; the package has no types. */
interface Message {
  readonly [method: `set${string}` | `add${string}`]: (value: unknown) => void;
  getAttrMap(): Map<string, Message>;
  getRetMap(): Map<string, string>;
  serializeBinary(): Uint8Array;
}
type Messages = Readonly<Record<string, (new () => Message) & Readonly<Record<string, new () => Message>>>>;

const { messages } = createRequire(import.meta.url)('#tfjs/node.cjs') as { messages: Messages };

/** The producer version of TensorFlow 2.21's graphs (tensorflow/core/public/version.h). */
const producer = 2474;

/** The tag under which the graph is saved and loaded. */
export const servingTag = 'serve';

/** The name of a node in TensorFlow's graph. */
function nodeName({ op, id }: OperationNode): string {
  return `${op}_${id}`;
}

/** The name of a node's output in TensorFlow's graph. */
export function edgeName({ node, index }: Edge): string {
  return `${nodeName(node)}:${index}`;
}

function message(Type: new () => Message, fields: Readonly<Record<string, unknown>>): Message {
  const made = new Type();
  for (const [setter, value] of Object.entries(fields)) made[setter as `set${string}`]!(value);
  return made;
}

function shapeMessage(shape: readonly number[]): Message {
  const Shape = messages['TensorShape']!;
  const dimensions = shape.map((size) => message(Shape['Dim']!, { setSize: size }));
  return message(Shape, { setDimList: dimensions });
}

function constantMessage({ outputs, values }: OperationNode): Message {
  const { shape, type } = outputs[0]!;
  const bytes = new Uint8Array(values!.buffer, values!.byteOffset, values!.byteLength);
  // One value in a list of its type stands for as many as the shape requires; raw bytes must be complete.
  const lists = { float32: 'setFloatValList', int32: 'setIntValList', bool: 'setBoolValList' } as const;
  const list = lists[type as keyof typeof lists];
  const content = values!.length === 1 ? { [list]: [...values!] } : { setTensorContent: bytes };
  return message(messages['Tensor']!, { setDtype: dataTypes[type], setTensorShape: shapeMessage(shape), ...content });
}

const scalarSetters = new Map<number, string>([
  [attributeKinds.string, 'setS'],
  [attributeKinds.int, 'setI'],
  [attributeKinds.float, 'setF'],
  [attributeKinds.bool, 'setB'],
  [attributeKinds.type, 'setType'],
  [attributeKinds.shape, 'setShape'],
]);

function attributeMessage({ type, value }: OpAttribute): Message {
  const Attribute = messages['AttrValue']!;
  const setter = scalarSetters.get(type)!;
  const convert = (item: unknown) => (type === attributeKinds.string ? Buffer.from(String(item)) : item);
  if (type === attributeKinds.shape) return message(Attribute, { setShape: shapeMessage(value as number[]) });
  if (type === attributeKinds.func) {
    return message(Attribute, {
      setFunc: message(messages['NameAttrList']!, { setName: (value as GraphFunction).name }),
    });
  }
  if (!Array.isArray(value)) return message(Attribute, { [setter]: convert(value) });
  const list = message(Attribute['ListValue']!, { [`${setter}List`]: value.map(convert) });
  return message(Attribute, { setList: list });
}

/** @param nameOf the name of an input, which graphs and functions write differently. */
function nodeMessage(node: OperationNode, nameOf: (edge: Edge) => string): Message {
  const inputs = [...node.inputs.map(nameOf), ...node.after.map((before) => `^${nodeName(before)}`)];
  const made = message(messages['NodeDef']!, { setName: nodeName(node), setOp: node.op, setInputList: inputs });
  const attributes = made.getAttrMap();
  for (const attribute of node.attributes) attributes.set(attribute.name, attributeMessage(attribute));
  if (node.values) attributes.set('value', message(messages['AttrValue']!, { setTensor: constantMessage(node) }));
  return made;
}

function functionMessage({ name, attributes, parameters, nodes, results }: GraphFunction): Message {
  const Definition = messages['OpDef']!;
  const argument = (name: string, edge: Edge) =>
    message(Definition['ArgDef']!, { setName: name, setType: dataTypes[typeOf(edge).type] });
  const argumentName = (node: OperationNode) => `argument_${node.id}`;
  const nameOf = (edge: Edge) =>
    parameters.includes(edge.node) ? argumentName(edge.node) : `${nodeName(edge.node)}:${outputName(edge)}`;
  const signature = message(Definition, {
    setName: name,
    setIsStateful: true,
    setInputArgList: parameters.map((node) => argument(argumentName(node), { node, index: 0 })),
    setOutputArgList: results.map((edge, index) => argument(`result_${index}`, edge)),
  });
  const made = message(messages['FunctionDef']!, {
    setSignature: signature,
    setNodeDefList: nodes.map((node) => nodeMessage(node, nameOf)),
  });
  for (const attribute of attributes) made.getAttrMap().set(attribute.name, attributeMessage(attribute));
  for (const [index, edge] of results.entries()) made.getRetMap().set(`result_${index}`, nameOf(edge));
  return made;
}

/** The functions that nodes call, and those that these call, each once. */
function functionsOf(nodes: readonly OperationNode[], found = new Set<GraphFunction>()): ReadonlySet<GraphFunction> {
  for (const { type, value } of nodes.flatMap(({ attributes }) => attributes)) {
    if (type !== attributeKinds.func || found.has(value as GraphFunction)) continue;
    found.add(value as GraphFunction);
    functionsOf((value as GraphFunction).nodes, found);
  }
  return found;
}

/**
 * A SavedModel (tensorflow/core/protobuf/saved_model.proto) with these nodes and the functions that they call, as the bytes of its file.
 * @throws NotCompilable if a function uses an operation whose output names are unknown.
 */
export function encodeSavedModel(nodes: readonly OperationNode[]): Uint8Array {
  const MetaGraph = messages['MetaGraphDef']!;
  const versions = message(messages['VersionDef']!, { setProducer: producer });
  const library = message(messages['FunctionDefLibrary']!, {
    setFunctionList: [...functionsOf(nodes)].map(functionMessage),
  });
  const graph = message(messages['GraphDef']!, {
    setVersions: versions,
    setLibrary: library,
    setNodeList: nodes.map((node) => nodeMessage(node, edgeName)),
  });
  const about = message(MetaGraph['MetaInfoDef']!, { setTagsList: [servingTag] });
  const metaGraph = message(MetaGraph, { setMetaInfoDef: about, setGraphDef: graph });
  const model = message(messages['SavedModel']!, { setSavedModelSchemaVersion: 1, addMetaGraphs: metaGraph });
  return model.serializeBinary();
}
