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

/** A row that is wider than the page by this factor would be too small to read: it becomes a column. */
const READABLE = 1.3;

/** A diagram; its text, until Mermaid has drawn it, and where scripts do not run. */
export const Diagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const { isDark } = useData();
    const text = decodeURIComponent(code);
    const svg = shallowRef<string>();
    const host = shallowRef<HTMLElement>();
    const draw = async () => {
      const mermaid = await loadMermaid();
      const theme = isDark.value ? 'dark' : 'neutral';
      mermaid.initialize({ startOnLoad: false, theme, flowchart: { wrappingWidth: 320 } });
      const render = async (code: string) => (await mermaid.render(`diagram-${++count}`, code)).svg;
      const across = await render(text);
      const [, width = 0] = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/.exec(across) ?? [];
      const fits = Number(width) <= READABLE * (host.value?.clientWidth ?? 0);
      svg.value = fits ? across : await render(text.replace('flowchart LR', 'flowchart TD'));
    };
    onMounted(() => watch(isDark, draw, { immediate: true }));
    return () => {
      const drawn = svg.value !== undefined && h('div', { key: 'drawn', innerHTML: svg.value });
      return h('div', { ref: host, class: 'diagram' }, [drawn || h('pre', { key: 'text' }, text)]);
    };
  },
});
