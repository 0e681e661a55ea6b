//! Inference on one CPU thread: with ONNX Runtime where it is installed, otherwise with `rten`.

use crate::networks::models;
use crate::networks::models::ONNX_RUNTIME;
use ort::environment::Environment;
use ort::session::Session;
use ort::value::TensorRef;
use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, reading};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Inference runtime of this process; without ONNX Runtime, networks run with `rten`.
pub struct Runtime(Option<Environment>);

impl Runtime {
    /// Opens ONNX Runtime if its library is in `folder` and this system can load it.
    ///
    /// # Errors
    /// As [`models::find_verified`].
    pub fn open(folder: &Path) -> Result<Self> {
        let Some(library) = ONNX_RUNTIME else { return Ok(Self(None)) };
        let builder = models::find_verified(&library, folder)?.and_then(|path| ort::init_from(path).ok());
        Ok(Self(builder.and_then(|builder| builder.with_telemetry(false).build().ok())))
    }

    /// SHA-256 of the library by file name; empty without ONNX Runtime.
    #[must_use]
    pub fn model_hashes(&self) -> BTreeMap<String, String> {
        let library = ONNX_RUNTIME.filter(|_| self.0.is_some());
        library.into_iter().map(|library| (library.file.to_owned(), library.sha256.to_owned())).collect()
    }
}

/// A loaded network with one input; only its first output is used.
pub struct Network(Backend);

enum Backend {
    Onnx(Session),
    Rten { model: Box<Model>, thread: Arc<ThreadPool> },
}

impl Network {
    /// Loads an ONNX file.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be read, `Corrupt` when it is not a supported network.
    pub fn load(file: &Path, runtime: &Runtime) -> Result<Self> {
        let bytes = std::fs::read(file).map_err(|error| reading::model_unreadable(file.display()).caused_by(error))?;
        Self::from_bytes(bytes, runtime)
    }

    /// Loads the bytes of an ONNX file.
    ///
    /// # Errors
    /// `Corrupt` when it is not a supported network.
    pub fn from_bytes(bytes: Vec<u8>, runtime: &Runtime) -> Result<Self> {
        if let Some(environment) = &runtime.0 {
            return create_session(&bytes, environment)
                .map(|session| Self(Backend::Onnx(session)))
                .map_err(|error| reading::model_unloadable().caused_by(error));
        }
        let model =
            ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(|error| reading::model_unloadable().caused_by(error))?;
        Ok(Self(Backend::Rten { model: Box::new(model), thread: Arc::new(ThreadPool::with_num_threads(1)) }))
    }

    /// Runs the network on `values` of the given shape (batch, channel, row, column) and returns the values of the output.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn run(&mut self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>> {
        match &mut self.0 {
            Backend::Onnx(session) => run_session(session, shape, &values).map_err(network_failure),
            Backend::Rten { model, thread } => run_rten(model, thread, shape, values),
        }
    }
}

/// Number of input values above which an input is a page or half a page, and not a strip.
const LARGE_INPUT: usize = 300_000;

fn network_failure(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    program::bug("neural network").caused_by(error)
}

fn create_session(bytes: &[u8], environment: &Environment) -> std::result::Result<Session, ort::Error> {
    Session::builder(environment)?.with_intra_threads(1)?.with_inter_threads(1)?.with_memory_pattern(false)?.commit_from_memory(bytes)
}

fn run_session(session: &mut Session, shape: [usize; 4], values: &[f32]) -> std::result::Result<Vec<f32>, ort::Error> {
    let input = TensorRef::from_array_view((shape, values))?;
    let mut options = ort::session::RunOptions::new()?;
    if values.len() > LARGE_INPUT {
        // Otherwise the memory of a whole page would stay allocated while its lines are read.
        options.set("memory.enable_memory_arena_shrinkage", "cpu:0")?;
    }
    let output = session.run_with_options(ort::inputs![input], &options)?;
    let Some((_, first)) = output.iter().next() else { return Ok(Vec::new()) };
    Ok(first.try_extract_tensor::<f32>()?.1.to_vec())
}

fn run_rten(model: &Model, thread: &Arc<ThreadPool>, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>> {
    let input = NdTensor::try_from_data(shape, values).map_err(network_failure)?;
    let mut options = RunOptions::default();
    options.thread_pool = Some(thread.clone());
    let (Some(from), Some(to)) = (model.input_ids().first(), model.output_ids().first()) else {
        return Err(program::bug("neural network without input or output"));
    };
    let [value] = model.run_n(vec![(*from, input.view().into())], [*to], Some(options)).map_err(network_failure)?;
    let output: Tensor<f32> = value.try_into().map_err(network_failure)?;
    Ok(output.into_data())
}
