using Microsoft.Extensions.Logging;

namespace Weir.Coordinator.Server;

/// <summary>What all parts of a server share.</summary>
internal sealed record ServerState(CoordinatorServerOptions Options, ILogger Logger, TimeProvider Time, CoordinatorMetrics Metrics)
{
    private volatile string _fsName = Options.FsName;

    /// <summary>The file system's name: Lustre's own, once it has said it.</summary>
    public string FsName
    {
        get => _fsName;
        set => _fsName = value;
    }
}
