using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Server.Configuration;

namespace Weir.Cli.Laboratory;

/// <summary>The configuration of the laboratory's daemon: a file in its directory, which <c>weir serve --config</c> takes too.</summary>
internal static class LabConfiguration
{
    /// <summary>Where HTTP is served when nobody says, as the daemon's own.</summary>
    public const int UsualPort = 9400;

    public static string PathIn(string directory) => Path.Combine(directory, "weir.yaml");

    public static string SocketIn(string directory) => Path.Combine(directory, "feed.sock");

    public static string FeedIn(string directory) => Path.Combine(directory, "feed");

    /// <summary>Writes it.</summary>
    /// <param name="directory">The laboratory's.</param>
    /// <param name="port">Of the loopback address; 0: any.</param>
    /// <param name="actions">The pattern of the MDTs' files; null where no role ships.</param>
    public static void Write(string directory, int port, string? actions)
    {
        Directory.CreateDirectory(directory);
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            feed:
              url: {Quote($"file:{FeedIn(directory)}")}
            api:
              listen: ["127.0.0.1:{port}"]
            auth:
              tokens_file: {Quote(Path.Combine(directory, "tokens"))}
            feeds:
              socket: {Quote(SocketIn(directory))}

            """);
        if (actions is not null)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"""
                hsm:
                  actions: {Quote(actions)}
                  poll_interval: 1s
                  heartbeat_interval: 5m
                  operation_interval: 2m

                """);
        }

        File.WriteAllText(PathIn(directory), text);
    }

    /// <summary>It, and nothing of this machine's configuration.</summary>
    public static EffectiveConfiguration Load(string directory) => ConfigurationLoader.Load(PathIn(directory), []);

    /// <summary>The usual port, or any when another process has it.</summary>
    public static int FindPort()
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, UsualPort);
            probe.Start();
            return UsualPort;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
