/** The theme of the site: VitePress's default theme, with the colors and the type of the examples. */
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import SiteLayout from './SiteLayout.vue';
import '../../../examples/browser/page/style.css';
import './style.css';
import './reference.css';
import './figures-panel.css';
import './start-page.css';

export default {
  extends: DefaultTheme,
  Layout: SiteLayout,
} satisfies Theme;
