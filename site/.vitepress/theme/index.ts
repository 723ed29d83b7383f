/** The theme of the site: VitePress's default theme, with the colors and the type of the examples. */
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

export default {
  extends: DefaultTheme,
} satisfies Theme;
