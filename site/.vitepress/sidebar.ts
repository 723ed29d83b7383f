/** The navigation as VitePress expects it. */
import type { DefaultTheme } from 'vitepress';
import { header, type NavigationPage, navigation } from '../navigation.js';
import { pagePath } from '../prepare/page-path.js';

export const sidebar: DefaultTheme.SidebarItem[] = navigation.map(({ text, isCollapsed = false, pages }) => ({
  text,
  collapsed: isCollapsed,
  items: pages.map(sidebarItem),
}));

export const headerLinks: DefaultTheme.NavItem[] = header.map((page) => ({ text: page.text, link: linkOf(page) }));

function sidebarItem(page: NavigationPage): DefaultTheme.SidebarItem {
  const { text, pages } = page;
  return { text, link: linkOf(page), ...(pages && { collapsed: true, items: pages.map(sidebarItem) }) };
}

function linkOf(page: NavigationPage): string {
  return 'source' in page ? pagePath(page.source) : page.path;
}
