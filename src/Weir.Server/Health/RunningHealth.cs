using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Health;
using Weir.Health.Policies;

namespace Weir.Server.Health;

/// <summary>Scanner, healer and drives while they work.</summary>
internal sealed class RunningHealth : IAsyncDisposable
{
    public HealthParts Parts => throw new NotImplementedException();

    public string? Problem => null;

    public Task Completion => Task.CompletedTask;

    public static Task<RunningHealth> StartAsync(HealthSettings settings, IFeedEngine feed, IPolicies policies, TimeProvider time, ILogger logger, CancellationToken cancellationToken) => throw new NotImplementedException();

    public void Limit(int eventBufferSize) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
