namespace Weir.Server.Hosting;

/// <summary>One part of the daemon: it runs until it is told to stop.</summary>
public interface IRole
{
    /// <summary>As <c>--role</c>, <c>/readyz</c> and messages name it.</summary>
    string Name { get; }

    /// <summary>
    /// Starts, says through <paramref name="report"/> when it does its work, and runs until <paramref name="stopping"/> is cancelled; then it
    /// finishes what it has begun and returns. Any exception is a failure: it is told, and the role is run again after a while, so a run
    /// leaves nothing behind that keeps the next from starting.
    /// </summary>
    Task RunAsync(IRoleReport report, CancellationToken stopping);
}

/// <summary>How a running role says how it is.</summary>
public interface IRoleReport
{
    /// <summary>It does its work, or does it again.</summary>
    void Running();

    /// <summary>It runs and cannot do all of its work, for this reason.</summary>
    void Degraded(string problem);
}
