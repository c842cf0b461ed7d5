using Weir.Health;

namespace Weir.Server.Health;

/// <summary>Texts for people of what was measured: whole seconds, and milliseconds below one second.</summary>
public static class MeasuredDuration
{
    public static string Format(TimeSpan duration) =>
        DurationText.Format(duration.Ticks < TimeSpan.TicksPerSecond ? TimeSpan.FromMilliseconds(Math.Round(duration.TotalMilliseconds)) : TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds)));
}
