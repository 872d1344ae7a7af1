import mermaidFile from 'mermaid/dist/mermaid.min.js?url';
import { useData } from 'vitepress';
import { defineComponent, h, onMounted, shallowRef, watch } from 'vue';

interface Mermaid {
  initialize(options: object): void;
  render(id: string, text: string): Promise<{ svg: string }>;
}

let loading: Promise<Mermaid> | undefined;

/** Mermaid as a file beside the pages: as a module, it would double the time that the site takes to build. */
function loadMermaid(): Promise<Mermaid> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = mermaidFile;
    script.onload = () => resolve((globalThis as unknown as { mermaid: Mermaid }).mermaid);
    script.onerror = () => reject(new Error(`${mermaidFile} did not load`));
    document.head.append(script);
  });
  return loading;
}

let count = 0;

/** The width of a drawing, in its own pixels. */
const widthOf = (svg: string) => Number(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/.exec(svg)?.[1] ?? 0);

/** A row that is wider than the page by this factor would be too small to read: it becomes a column. */
const READABLE = 1.3;
/** What remains wider is shown at this part of its size, and scrolls. */
const LEAST_SCALE = 0.7;

/** A diagram; its text, until Mermaid has drawn it, and where scripts do not run. */
export const Diagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const { isDark } = useData();
    const text = decodeURIComponent(code);
    const svg = shallowRef<string>();
    const minWidth = shallowRef(0);
    const scrolls = shallowRef(false);
    const host = shallowRef<HTMLElement>();
    const draw = async () => {
      const mermaid = await loadMermaid();
      const theme = isDark.value ? 'dark' : 'neutral';
      mermaid.initialize({ startOnLoad: false, theme, flowchart: { wrappingWidth: 320 } });
      const render = async (code: string) => (await mermaid.render(`diagram-${++count}`, code)).svg;
      const room = host.value?.clientWidth ?? 0;
      const across = await render(text);
      const drawn =
        widthOf(across) <= READABLE * room ? across : await render(text.replace('flowchart LR', 'flowchart TD'));
      minWidth.value = Math.round(LEAST_SCALE * widthOf(drawn));
      scrolls.value = minWidth.value > room;
      svg.value = drawn;
    };
    onMounted(() => watch(isDark, draw, { immediate: true }));
    return () => {
      const style = { minWidth: `${minWidth.value}px` };
      const drawn = svg.value !== undefined && h('div', { key: 'drawn', style, innerHTML: svg.value });
      const reached = scrolls.value ? { tabindex: 0, role: 'group', 'aria-label': 'Diagram' } : {};
      return h('div', { ref: host, class: 'diagram', ...reached }, [drawn || h('pre', { key: 'text' }, text)]);
    };
  },
});
