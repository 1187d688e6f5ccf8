// The studio page: its parts know their own elements; here they are only started.
import "./upload.js";
import "./tray.js";
import "./prompt.js";
import "./complete.js";
import "./stage.js";
import "./making.js";
import "./gauge.js";
