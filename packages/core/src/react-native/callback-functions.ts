/** Rule 3, for functions that React Native exports: a callback that is passed to one runs in the frame of the call. */
import { patchProperty, replaceFunction } from '../web/patch.js';
import { bindAlways, bindMethods } from './bind-always.js';
import { patchExport } from './lazy-properties.js';

/** Functions that call a function among their arguments, by the export that has them. */
const CALLBACK_FUNCTIONS: Readonly<Record<string, string>> = {
  ActionSheetIOS: 'showActionSheetWithOptions showShareActionSheetWithOptions',
  Alert: 'alert prompt',
  LayoutAnimation: 'configureNext easeInEaseOut linear spring',
  Networking: 'clearCookies',
  PushNotificationIOS: 'checkPermissions getDeliveredNotifications getScheduledLocalNotifications',
  UIManager: 'findSubviewIn measure measureInWindow measureLayout measureLayoutRelativeToParent viewIsDescendantOf',
};

/** The functions among the options of `Alert`: those of a button, and that of the whole. */
const OPTION_CALLBACKS = ['onPress', 'onDismiss'];

/** Patches these functions when their export is first read. */
export function patchCallbackFunctions(): void {
  for (const [name, keys] of Object.entries(CALLBACK_FUNCTIONS)) {
    patchExport(name, (owner) => {
      for (const key of keys.split(' ')) {
        patchProperty(
          owner,
          key,
          `react-native.${name}.${key}`,
          replaceFunction(
            (native) =>
              ({
                call(this: unknown, ...args: unknown[]): unknown {
                  return Reflect.apply(native, this, args.map(bindArgument));
                },
              }).call,
          ),
        );
      }
    });
  }
}

/** Binds a function, or the functions among the options that an object, or each object of a list, has. */
function bindArgument(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(bindArgument);
  return typeof argument !== 'object' || argument === null
    ? bindAlways(argument)
    : bindMethods(argument, OPTION_CALLBACKS);
}
