namespace Weir.Coordinator.Core;

/// <summary>A batch slot that is taken.</summary>
/// <param name="Hint">The data of all its archives.</param>
/// <param name="Running">How many of them run.</param>
/// <param name="Waiting">How many wait in it.</param>
/// <param name="IdleExpiry">How long until it is given up if it has nothing more to do; negative when that is past.</param>
/// <param name="MaxExpiry">How long until it is given up in any case; null for never.</param>
public sealed record BatchStatus(ReadOnlyMemory<byte> Hint, int Running, int Waiting, TimeSpan IdleExpiry, TimeSpan? MaxExpiry);
