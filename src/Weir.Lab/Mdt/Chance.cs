using Weir.Lustre;

namespace Weir.Lab.Mdt;

/// <summary>The distributions a simulation draws from.</summary>
internal static class Chance
{
    public static bool Happens(this Random random, double probability) => random.NextDouble() < probability;

    /// <summary>Exponentially distributed, but never more than ten times the mean and never nothing.</summary>
    public static TimeSpan Around(this Random random, TimeSpan mean)
    {
        double factor = Math.Min(10, -Math.Log(1 - random.NextDouble()));
        return TimeSpan.FromTicks(Math.Max(1, (long)(mean.Ticks * factor)));
    }

    /// <summary>How many requests come at once: geometric, and now and then ten times as many.</summary>
    public static int Burst(this Random random, double mean)
    {
        double size = 1 + (mean - 1) * Math.Min(10, -Math.Log(1 - random.NextDouble()));
        return (int)Math.Round(random.Happens(0.05) ? size * 10 : size);
    }

    public static HsmAction Action(this Random random, MdtClusterOptions options)
    {
        double draw = random.NextDouble();
        if (draw < options.RestoreShare) return HsmAction.Restore;
        return draw < options.RestoreShare + options.RemoveShare ? HsmAction.Remove : HsmAction.Archive;
    }

    /// <summary>User data as sites write it: a tag.</summary>
    public static byte[] UserData(this Random random)
    {
        var data = new byte[random.Next(1, 120)];
        "tag="u8[..Math.Min(4, data.Length)].CopyTo(data);
        for (int i = 4; i < data.Length; i++) data[i] = (byte)('a' + random.Next(26));
        return data;
    }
}
