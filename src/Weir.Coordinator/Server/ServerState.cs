using Microsoft.Extensions.Logging;

namespace Weir.Coordinator.Server;

/// <summary>What all parts of a server share.</summary>
internal sealed record ServerState(CoordinatorServerOptions Options, ILogger Logger, TimeProvider Time, CoordinatorMetrics Metrics);
