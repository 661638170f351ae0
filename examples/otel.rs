//! `cargo run -p failclosed-examples --features otel --example otel`: what OpenTelemetry is given of three
//! calls, one allowed, one denied, one whose body fails. The collector is in this process, so that it can
//! print what it got; to send it elsewhere, change the two exporters for those of `opentelemetry-otlp`.

use std::{env, error::Error, path::PathBuf};

use failclosed::{
    Decision, Guard, Subject,
    audit::{FileStore, Writer},
    authority::answer_fn,
    requires_permission,
};
use opentelemetry::{KeyValue, metrics::MeterProvider as _, trace::TracerProvider as _};
use opentelemetry_sdk::{
    metrics::{
        Aggregation, InMemoryMetricExporter, Instrument, PeriodicReader, SdkMeterProvider, Stream,
        data::{AggregatedMetrics, MetricData},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tracing::{Instrument as _, level_filters::LevelFilter};
use tracing_opentelemetry::{MetricsLayer, OpenTelemetryLayer};
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _};

#[requires_permission(action = "purchase", resource = vendor)]
async fn buy(vendor: &str, cents: u64) -> Result<String, Box<dyn Error + Send + Sync>> {
    if vendor == "closed.example" {
        return Err("the shop is closed".into());
    }
    Ok(format!("{cents} cents at {vendor}"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let spans = InMemorySpanExporter::default();
    let tracers = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let metrics = InMemoryMetricExporter::default();
    let meters = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(metrics.clone()).build())
        .with_view(seconds)
        .build();
    // Spans and the events in them from `debug` on; the counts go to the other layer alone.
    let traced = OpenTelemetryLayer::new(tracers.tracer("shop")).with_filter(
        Targets::new()
            .with_target("failclosed", LevelFilter::DEBUG)
            .with_target("otel", LevelFilter::INFO),
    );
    let subscriber =
        tracing_subscriber::registry().with(traced).with(MetricsLayer::new(meters.clone()));
    tracing::subscriber::set_global_default(subscriber)?;

    let directory = env::args_os().nth(1).map_or("target/otel-log".into(), PathBuf::from);
    let log = Writer::open(FileStore::open(&directory)?)?;
    // How much waits for the log is asked, whenever metrics are collected: a log that hangs tells nothing.
    let asked = log.clone();
    let _depth = meters
        .meter("shop")
        .u64_observable_gauge("failclosed.log.waiting")
        .with_callback(move |gauge| gauge.observe(asked.waiting() as u64, &[]))
        .build();
    let authority = answer_fn(|request| match request.argument::<u64>("cents") {
        Ok(..=50_000) => Decision::allow().rule("small-sums").into(),
        Ok(_) | Err(_) => Decision::deny("purchases over 500.00 EUR are not allowed").into(),
    });
    let guard = Guard::builder(Subject::agent("shopper")?, authority, log.clone()).start().await?;
    spans.reset();

    for (vendor, cents) in
        [("coachella.com", 12_000), ("coachella.com", 74_200), ("closed.example", 1)]
    {
        // Whatever span the caller is in is the parent of both of a call's.
        let turn = tracing::info_span!(target: "otel", "turn", vendor);
        match guard.scope(buy(vendor, cents)).instrument(turn).await {
            Ok(receipt) => println!("bought: {receipt}"),
            Err(error) => println!("{error}"),
        }
    }
    log.close().await?;

    println!("\nspans:");
    let finished = spans.get_finished_spans()?;
    for span in &finished {
        print_span(span, &finished);
    }
    meters.force_flush()?;
    println!("\nmetrics:");
    print_metrics(&metrics)?;
    Ok(())
}

/// What is measured in seconds, in buckets that tell a call from another.
fn seconds(instrument: &Instrument) -> Option<Stream> {
    let boundaries = vec![0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 60.0, 600.0];
    let buckets = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: true };
    let is_ours =
        instrument.name().starts_with("failclosed.") && instrument.name().ends_with(".duration");
    is_ours.then(|| Stream::builder().with_unit("s").with_aggregation(buckets).build().ok())?
}

fn print_span(span: &SpanData, all: &[SpanData]) {
    let parent = all.iter().find(|other| other.span_context.span_id() == span.parent_span_id);
    let below = parent.map(|parent| format!(", below `{}`", parent.name)).unwrap_or_default();
    println!("`{}`{below}, status {:?}", span.name, span.status);
    println!("    {}", ours(span.attributes.iter()));
    for event in &span.events.events {
        println!("    event `{}`", event.name);
    }
}

/// The attributes that are the same in every run.
fn ours<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> String {
    let text = |pair: &KeyValue| format!("{}={}", pair.key, pair.value);
    let ours = attributes.filter(|pair| {
        let key = pair.key.as_str();
        let is_ours = ["failclosed.", "gen_ai.", "error."].iter().any(|ours| key.starts_with(ours));
        is_ours && key != "failclosed.call"
    });
    let mut ours: Vec<_> = ours.map(text).collect();
    ours.sort();
    ours.join(" ")
}

fn print_metrics(metrics: &InMemoryMetricExporter) -> Result<(), Box<dyn Error>> {
    let collected = metrics.get_finished_metrics()?;
    let Some(last) = collected.last() else { return Ok(()) };
    let scopes = last.scope_metrics();
    let mut lines = Vec::new();
    for metric in scopes.flat_map(|scope| scope.metrics()) {
        let (name, unit) = (metric.name(), metric.unit());
        match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                for point in sum.data_points() {
                    lines.push(format!("{name} {} = {}", ours(point.attributes()), point.value()));
                }
            }
            AggregatedMetrics::U64(MetricData::Gauge(gauge)) => {
                for point in gauge.data_points() {
                    lines.push(format!("{name} = {}", point.value()));
                }
            }
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                for point in histogram.data_points() {
                    lines.push(format!(
                        "{name} {} count={} unit={unit}",
                        ours(point.attributes()),
                        point.count()
                    ));
                }
            }
            AggregatedMetrics::U64(_) | AggregatedMetrics::F64(_) | AggregatedMetrics::I64(_) => {
                lines.push(format!("{name}: {:?}", metric.data()));
            }
        }
    }
    // They come in another order each time.
    lines.sort();
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}
