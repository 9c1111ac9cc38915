import { createRequire } from 'node:module';
import type { OpAttribute } from '../native.ts';
import { attributeKinds, dataTypes } from './attributes.ts';
import type { Edge, OperationNode } from './graph.ts';

/** The part of protobuf's generated classes that is used here; the package has no types. */
interface Message {
  readonly [method: `set${string}` | `add${string}`]: (value: unknown) => void;
  getAttrMap(): Map<string, Message>;
  serializeBinary(): Uint8Array;
}
type Messages = Readonly<Record<string, (new () => Message) & Readonly<Record<string, new () => Message>>>>;

const { messages } = createRequire(import.meta.url)('#tfjs/node.cjs') as { messages: Messages };

/** The producer version of TensorFlow 2.21's graphs (tensorflow/core/public/version.h). */
const producer = 2474;

/** The tag the graph is saved under and loaded by. */
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
  // One value in a list of its type stands for as many as the shape asks for; raw bytes must be complete.
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
  if (!Array.isArray(value)) return message(Attribute, { [setter]: convert(value) });
  const list = message(Attribute['ListValue']!, { [`${setter}List`]: value.map(convert) });
  return message(Attribute, { setList: list });
}

function nodeMessage(node: OperationNode): Message {
  const inputs = [...node.inputs.map(edgeName), ...node.after.map((before) => `^${nodeName(before)}`)];
  const made = message(messages['NodeDef']!, { setName: nodeName(node), setOp: node.op, setInputList: inputs });
  const attributes = made.getAttrMap();
  for (const attribute of node.attributes) attributes.set(attribute.name, attributeMessage(attribute));
  if (node.values) attributes.set('value', message(messages['AttrValue']!, { setTensor: constantMessage(node) }));
  return made;
}

/** A SavedModel (tensorflow/core/protobuf/saved_model.proto) holding these nodes, as the bytes of its file. */
export function encodeSavedModel(nodes: readonly OperationNode[]): Uint8Array {
  const MetaGraph = messages['MetaGraphDef']!;
  const versions = message(messages['VersionDef']!, { setProducer: producer });
  const graph = message(messages['GraphDef']!, { setVersions: versions, setNodeList: nodes.map(nodeMessage) });
  const about = message(MetaGraph['MetaInfoDef']!, { setTagsList: [servingTag] });
  const metaGraph = message(MetaGraph, { setMetaInfoDef: about, setGraphDef: graph });
  const model = message(messages['SavedModel']!, { setSavedModelSchemaVersion: 1, addMetaGraphs: metaGraph });
  return model.serializeBinary();
}
