using System.Diagnostics;
using System.Diagnostics.Metrics;
using Weir.Server.Metrics;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Counters_gauges_and_histograms_are_written_with_their_labels()
    {
        using var registry = new MetricsRegistry();
        using var meter = new Meter("Weir.Test");
        using var other = new Meter("Other.Test");
        Counter<long> counter = meter.CreateCounter<long>("weir_test_things_total", null, "Things, with a \\ and\na line.");
        Histogram<double> histogram = meter.CreateHistogram<double>("weir.test.wait", "s", "Waits.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        meter.CreateObservableGauge("weir_test_level", () => new Measurement<double>(1.5, new KeyValuePair<string, object?>("where", "a \"b\" \\ \n")), null, "A level.");
        other.CreateCounter<long>("other_total").Add(1);
        counter.Add(2, new KeyValuePair<string, object?>("kind", "x"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "x"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "y"));
        foreach (double seconds in (double[])[0.05, 0.5, 0.5, 5]) histogram.Record(seconds);

        string text = PrometheusText.Write(registry);
        Assert.Contains("# HELP weir_test_things_total Things, with a \\\\ and\\na line.\n# TYPE weir_test_things_total counter\nweir_test_things_total{kind=\"x\"} 5\nweir_test_things_total{kind=\"y\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE weir_test_level gauge\nweir_test_level{where=\"a \\\"b\\\" \\\\ \\n\"} 1.5\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "# TYPE weir_test_wait_seconds histogram\nweir_test_wait_seconds_bucket{le=\"0.1\"} 1\nweir_test_wait_seconds_bucket{le=\"1\"} 3\nweir_test_wait_seconds_bucket{le=\"+Inf\"} 4\nweir_test_wait_seconds_sum 6.05\nweir_test_wait_seconds_count 4\n",
            text, StringComparison.Ordinal);
        Assert.DoesNotContain("other_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_whose_labels_never_end_does_not_fill_the_memory()
    {
        using var registry = new MetricsRegistry();
        using var meter = new Meter("Weir.Test.Endless");
        Counter<int> counter = meter.CreateCounter<int>("weir_test_endless_total");
        for (int i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        string text = PrometheusText.Write(registry);
        Assert.Equal(2000, text.Split('\n').Count(line => line.StartsWith("weir_test_endless_total{", StringComparison.Ordinal)));
        Assert.Contains("weir_metrics_dropped_total 8000\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say_about_a_daemons_metrics()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        await client.GetAsync("/nothing", TestContext.Current.CancellationToken);
        await client.PutAsync("/v1/feeds/consumers/c", new StringContent("""{"topics":["t"]}"""), TestContext.Current.CancellationToken);
        string text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("weir_role_up{role=\"api\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_http_requests_total{method=\"GET\",route=\"other\",code=\"404\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_feed_topic_records{topic=\"feed:events\"} 1\n", text, StringComparison.Ordinal);

        // A name is used once: the parts of a metric stand together.
        string[] types = [.. text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.Equal(types.Distinct(), types);
        Assert.SkipUnless(Find("promtool"), "promtool is not installed (Debian package prometheus)");
        (int exitCode, string said) = await CheckAsync(text);
        Assert.True(exitCode == 0 && said.Length == 0, said);
    }

    private static bool Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    private static async Task<(int ExitCode, string Said)> CheckAsync(string text)
    {
        using Process promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        string said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (promtool.ExitCode, said);
    }
}
