export { Telemetry, type TelemetryOptions } from './telemetry.js';
